import { VERIFY_REFUSALS, type EventRefusal, type VerifyRefusal } from '@assent/didit';

/** Signed by the vendor, but not for this deployment. */
export type ForeignRefusal = 'ENVIRONMENT_MISMATCH' | 'APPLICATION_MISMATCH' | 'WORKFLOW_MISMATCH';

/** Why a delivery was refused. Closed: metrics and the quarantine count by it. */
export type Refusal = VerifyRefusal | EventRefusal | ForeignRefusal | 'EVENT_ID_REUSED';

const UNVERIFIED: ReadonlySet<string> = new Set(VERIFY_REFUSALS);

/** Whether the delivery carried a signature of ours that was good and fresh. What did not may come from anybody. */
export const isSigned = (refusal: Refusal): boolean => !UNVERIFIED.has(refusal);
