// as: libs/domain/exemption/src/sample.ts
// red: @nx/enforce-module-boundaries: can only depend on libs tagged with
import { TOPICS } from '@assent/contracts';

export const sample = TOPICS;
