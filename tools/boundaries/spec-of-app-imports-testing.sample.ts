// as: apps/auth-session/src/sample.int.spec.ts
// green
import { testDatabase } from '@assent/testing';

export const sample = testDatabase;
