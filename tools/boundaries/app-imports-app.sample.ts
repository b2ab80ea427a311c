// as: apps/auth-session/src/sample.ts
// red: @nx/enforce-module-boundaries: Projects cannot be imported by a relative or absolute path
import * as app from '../../webhook-ingest/src/app.module';

export const sample = app;
