'use strict';
/**
 * One Jest configuration, four kinds of tests by what they cost:
 *   *.unit.spec.ts  pure, no engine          *.int.spec.ts  real PostgreSQL and Kafka          *.e2e.spec.ts  the whole running stack
 *   *.soak.spec.ts  the running stack under fire for minutes: `npm run test:soak`, not part of `npm test`
 * The engines are started once, by the global set-up, and only if a kind that needs them has tests to run.
 */
const { availableParallelism } = require('node:os');
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
  projects: [kind('unit'), kind('int', engines), ...['e2e', 'soak'].map((name) => kind(name, { ...engines, runner: '<rootDir>/tools/jest/one-at-a-time.cjs' }))],
  testTimeout: 60_000,
  // Two at least, since a single one would run in this process and hand its memory on to the whole stacks that come last; few, since all share two engines.
  maxWorkers: Math.min(4, Math.max(2, availableParallelism())),
  workerIdleMemoryLimit: '1GB',
};
