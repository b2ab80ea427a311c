// as: libs/domain/ledger/src/sample.ts
// red: no-restricted-imports: The domain does no input and output
import { readFileSync } from 'node:fs';

export const sample = readFileSync;
