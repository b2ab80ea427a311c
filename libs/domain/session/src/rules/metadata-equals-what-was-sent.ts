import { compareMetadata } from '@assent/domain-linking';
import type { VendorSession } from '../authentication';
import type { FetchedDecision } from '../fetched-decision';

/**
 * Rule 4: the decision's metadata equals what was sent, every field, strings exact, the authentication's id and the attempt among them.
 * Whatever differs, what was checked is not what was to be approved (dynamic linking, RTS 2018/389 Article 5(1)).
 */
export const isAboutWhatWasConfirmed = (decision: FetchedDecision, session: VendorSession): boolean => compareMetadata(session.metadata, decision.metadata).ok;
