'use strict';
/**
 * One Jest run, three kinds of tests by what they cost:
 *   *.unit.spec.ts  pure, no engine          *.int.spec.ts  real PostgreSQL and Kafka          *.e2e.spec.ts  the whole running stack
 * The engines are started once, by the global set-up, and only if a kind that needs them has tests to run.
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
const engines = {
  globalSetup: '<rootDir>/libs/testing/src/engines/global-setup.ts',
  globalTeardown: '<rootDir>/libs/testing/src/engines/global-teardown.ts',
};
const kind = (name, extra = {}) => ({ ...shared, displayName: name, testMatch: [`<rootDir>/**/*.${name}.spec.ts`], ...extra });

module.exports = {
  rootDir: root,
  projects: [kind('unit'), kind('int', engines), kind('e2e', { ...engines, runner: '<rootDir>/tools/jest/one-at-a-time.cjs' })],
  testTimeout: 60_000,
};
