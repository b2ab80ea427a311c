'use strict';
/**
 * One Jest run, three kinds of tests by what they cost:
 *   *.unit.spec.ts  pure, no engine          *.int.spec.ts  real PostgreSQL and Kafka          *.e2e.spec.ts  the whole running stack
 * The engines are started once, by the global set-up, and only if a kind that needs them is selected.
 */
const { swcOptions, root } = require('./tools/swc-options.cjs');

const shared = {
  rootDir: root,
  testEnvironment: 'node',
  transform: { '^.+\\.ts$': ['@swc/jest', swcOptions()] },
  moduleFileExtensions: ['ts', 'js', 'cjs', 'mjs', 'json', 'node'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.assent/', '<rootDir>/.nx/'],
  setupFiles: ['reflect-metadata'],
};
const kind = (name, extra = {}) => ({ ...shared, displayName: name, testMatch: [`<rootDir>/**/*.${name}.spec.ts`], ...extra });

module.exports = {
  rootDir: root,
  projects: [kind('unit'), kind('int'), kind('e2e')],
  testTimeout: 60_000,
};
