// as: libs/platform/src/sample.ts
// red: @nx/enforce-module-boundaries: can only depend on libs tagged with
import * as didit from '@assent/didit';

export const sample = didit;
