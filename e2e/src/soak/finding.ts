export type FindingCode =
  | 'LOST'
  | 'TWO_VERDICTS'
  | 'WRONG_OUTCOME'
  | 'APPROVED_WITHOUT_DECISION'
  | 'APPROVED_LATE'
  | 'OTHER_AMOUNT'
  | 'REDEEMED_TWICE'
  | 'REDEEMED_UNAPPROVED'
  | 'ORDER'
  | 'NOT_DEAD_LETTERED'
  | 'DEAD_LETTERED'
  | 'NOT_IN_LEDGER'
  | 'LEAF_TWICE'
  | 'LEDGER_GAP'
  | 'LEDGER_ROOT';

/** A promise that did not hold. */
export interface Finding {
  readonly code: FindingCode;
  /** An authentication, a message, a line of messages or a leaf. */
  readonly about: string;
  readonly detail: string;
}
