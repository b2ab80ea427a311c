export * from './approval-request';
export * from './authorization-details';
export * from './binding';
export * from './failed-attempts';
export * from './metadata-equals-what-was-sent';
export * from './presented-matches-binding';
export * from './shown';
export * from './vendor-metadata';
