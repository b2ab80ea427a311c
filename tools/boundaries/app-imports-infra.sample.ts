// as: apps/webhook-ingest/src/sample.ts
// red: @nx/enforce-module-boundaries: can only depend on libs tagged with
import { migrate } from '@assent/infra';

export const sample = migrate;
