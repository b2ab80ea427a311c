import type { BiometricResult, FetchedDecision } from '../fetched-decision';

const APPROVED = 'Approved';

/** An absent or empty block is not an approval: the vendor leaves a check `null` until it has run, and may approve a session without it. */
const allApproved = (results: readonly BiometricResult[] | null): boolean => results !== null && results.length > 0 && results.every(({ status }) => status === APPROVED);

/** Rule 5: liveness and face match are present, each of them `Approved`. The session's own status does not prove it (Didit contract 0.6). */
export const livenessAndFaceApproved = (decision: FetchedDecision): boolean => allApproved(decision.liveness) && allApproved(decision.faceMatches);
