// as: libs/domain/ledger/src/sample.ts
// red: @nx/enforce-module-boundaries: can only depend on libs tagged with
import * as session from '@assent/domain-session';

export const sample = session;
