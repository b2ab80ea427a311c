import type { FetchedDecision } from '../fetched-decision';
import { meaningOf } from '../vendor-status';

/** Rule 3: only a decision that was fetched and says `Approved`, in exactly that case, can approve. No webhook, redirect or score does. */
export const saysApproved = (decision: FetchedDecision): boolean => meaningOf(decision.status) === 'APPROVED';
