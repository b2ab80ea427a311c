export * from './batch-context';
export * from './client';
export * from './event-pattern';
export * from './event-producer';
export * from './headers-of';
export * from './kafka-batch-server';
export * from './messaging-options';
export * from './messaging.module';
