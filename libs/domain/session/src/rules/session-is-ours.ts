import type { VendorSession } from '../authentication';
import type { FetchedDecision, VerdictPolicy } from '../fetched-decision';

/** Rules 1 and 2: the decision is about the session that was asked for, this payer, and our environment and workflow. Absent is not equal. */
export const isOurs = (decision: FetchedDecision, session: VendorSession, policy: VerdictPolicy): boolean =>
  decision.vendorSessionId === session.vendorSessionId &&
  decision.vendorData === session.vendorData &&
  decision.environment === policy.environment &&
  decision.workflowId === policy.workflowId;
