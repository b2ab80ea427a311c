// as: libs/domain/session/src/sample.ts
// red: no-restricted-properties: The domain has no clock
export const sample = (): number => Date.now();
