/**
 * What a status of a vendor session means for us. The statuses are exactly the vendor's ten (Didit contract, section 5), compared in their
 * exact case; anything else is `UNKNOWN`: kept, reported, treated as pending, never an approval.
 */
export type StatusMeaning =
  /** The payer may still take it up; the vendor may hand it to the next create call of the same payer. */
  | 'UNFINISHED'
  | 'IN_REVIEW'
  | 'APPROVED'
  | 'DECLINED'
  /** Over without a decision: the payer may confirm again, which opens the next attempt. */
  | 'ENDED'
  | 'UNKNOWN';

const MEANINGS: ReadonlyMap<string, StatusMeaning> = new Map<string, StatusMeaning>([
  ['Not Started', 'UNFINISHED'],
  ['In Progress', 'UNFINISHED'],
  ['Awaiting User', 'UNFINISHED'],
  // The payer was asked to redo steps, not "has redone them".
  ['Resubmitted', 'UNFINISHED'],
  ['In Review', 'IN_REVIEW'],
  ['Approved', 'APPROVED'],
  ['Declined', 'DECLINED'],
  ['Expired', 'ENDED'],
  ['Abandoned', 'ENDED'],
  // A document behind an earlier approval ran out: the session no longer stands, and nobody was refused.
  ['Kyc Expired', 'ENDED'],
]);

export const NOT_STARTED = 'Not Started';

export const meaningOf = (status: string): StatusMeaning => MEANINGS.get(status) ?? 'UNKNOWN';

/** Whether a session in this status must be deleted once it is no longer wanted. An unknown one is: rather deleted than left open. */
export const mustBeDiscarded = (status: string): boolean => meaningOf(status) === 'UNFINISHED' || meaningOf(status) === 'UNKNOWN';

/**
 * Whether a status that a webhook reports is worth reading the decision for. Progress is not: it changes nothing that is decided, and
 * the vendor's read calls are counted (600 a minute for each key).
 */
export const isWorthFetching = (status: string): boolean => !PROGRESS.has(status);

const PROGRESS: ReadonlySet<string> = new Set(['Not Started', 'In Progress', 'Awaiting User']);
