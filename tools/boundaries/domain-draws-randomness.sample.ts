// as: libs/domain/kernel/src/sample.ts
// red: no-restricted-properties: The domain has no randomness
export const sample = (): number => Math.random();
