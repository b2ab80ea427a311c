// as: apps/auth-session/src/sample.ts
// green
import { TOPICS } from '@assent/contracts';
import * as kafka from '@assent/kafka';
import { metrics } from '@assent/platform';

export const sample = [TOPICS, kafka, metrics];
