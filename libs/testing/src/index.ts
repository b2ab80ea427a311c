export * from './engines/test-database';
export * from './engines/test-kafka';
