// as: libs/platform/src/sample.ts
// red: @nx/enforce-module-boundaries: Circular dependency between "platform" and "adapter-didit"
import * as didit from '@assent/didit';

export const sample = didit;
