export * from './account';
export * from './canonical-json';
export * from './ids';
export * from './money';
export * from './result';
export * from './time';
