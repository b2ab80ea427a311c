export * from './engines/test-database';
export * from './engines/test-kafka';
export * from './proxy/fault-proxy';
export * from './proxy/naming-the-proxy';
export { type StackHandle, type StackOptions, startStack } from '@assent/infra';
