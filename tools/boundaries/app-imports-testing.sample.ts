// as: apps/auth-session/src/sample.ts
// red: @nx/enforce-module-boundaries: can only depend on libs tagged with
import { testDatabase } from '@assent/testing';

export const sample = testDatabase;
