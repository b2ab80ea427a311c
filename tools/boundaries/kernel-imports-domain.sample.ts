// as: libs/domain/kernel/src/sample.ts
// red: @nx/enforce-module-boundaries: Circular dependency between "domain-kernel" and "domain-ledger"
import * as ledger from '@assent/domain-ledger';

export const sample = ledger;
