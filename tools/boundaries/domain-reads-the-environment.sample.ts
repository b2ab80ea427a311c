// as: libs/domain/linking/src/sample.ts
// red: no-restricted-properties: The domain has no environment
export const sample = process.env['NODE_ENV'];
