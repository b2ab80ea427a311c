// as: libs/domain/session/src/sample.ts
// red: no-restricted-imports: The domain has no randomness
import { randomBytes } from 'node:crypto';

export const sample = randomBytes;
