'use strict';
/** The domain's own tests, with the transformation of the whole repository: what Stryker runs for each mutant. */
const { swcOptions, root } = require('../../../../tools/swc-options.cjs');

module.exports = {
  rootDir: root,
  testEnvironment: 'node',
  transform: { '^.+\\.ts$': ['@swc/jest', swcOptions()] },
  moduleFileExtensions: ['ts', 'js', 'cjs', 'mjs', 'json', 'node'],
  setupFiles: ['reflect-metadata'],
  testMatch: ['<rootDir>/libs/domain/exemption/src/**/*.unit.spec.ts'],
};
