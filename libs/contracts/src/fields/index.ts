export * from './field';
export * from './money';
export * from './part';
export * from './presence';
export * from './scalar';
export * from './text';
export * from './time';
export * from './shape';
