/** What a payer can be asked to approve, each with its own heading. An action without one is headed as `other_risky_remote_action`. */
export type ApprovableAction =
  | 'payment' | 'login' | 'account_access' | 'trusted_list_create' | 'trusted_list_amend' | 'series_create' | 'series_amend' | 'mandate_setup' | 'tokenise_instrument'
  | 'device_enrolment' | 'portrait_replace' | 'change_contact_details' | 'change_password' | 'raise_limit' | 'other_risky_remote_action';

/** Said above an approval that is shown once more. */
export type ApprovalNotice = 'DETAILS_CHANGED' | 'CHECK_NOT_FINISHED' | 'CHECK_UNAVAILABLE' | 'OTHER_APPROVAL_CLOSED_THIS';

/** How an approval stands, in the payer's eyes. `DECLINED` never says which element failed (RTS 2018/389 Article 4(3)(a)). */
export type ResultState = 'APPROVED' | 'DECLINED' | 'REFUSED' | 'EXPIRED' | 'CANCELLED' | 'UNAVAILABLE' | 'NOT_NEEDED' | 'IN_REVIEW' | 'IN_PROGRESS';

/** Pages that are about no approval, or about one that cannot go on at this moment. */
export type Notice = 'LINK_UNKNOWN' | 'LINK_EXPIRED' | 'FOREIGN_FORM' | 'OTHER_APPROVAL_OPEN' | 'TRY_AGAIN_SOON';

export interface TitledText {
  readonly title: string;
  readonly text: string;
}

/** All words of the pages in one language. A language that lacks one does not compile. */
export interface Texts {
  readonly headings: Readonly<Record<ApprovableAction, string>>;
  readonly labels: {
    readonly amount: string;
    readonly blockedAmount: string;
    readonly total: string;
    readonly payee: string;
    readonly payees: string;
    readonly account: string;
    readonly merchantId: string;
    readonly reference: string;
    readonly description: string;
    readonly requestedBy: string;
  };
  /** Below an amount that is blocked, of which a part may be taken. */
  readonly blockedHint: string;
  /** Unfolds the rest of a batch, which is always several. */
  readonly showOtherPayees: (count: string) => string;
  readonly confirmPayment: (amount: string) => string;
  readonly confirm: string;
  readonly refuse: string;
  readonly timeLeft: (clock: string, minutes: string) => string;
  readonly next: string;
  readonly warning: string;
  readonly notices: Readonly<Record<ApprovalNotice, string>>;
  readonly results: Readonly<Record<ResultState, TitledText>>;
  readonly standing: Readonly<Record<Notice, TitledText>>;
  readonly backToRequester: string;
  readonly openAgain: string;
  readonly checkAgain: string;
}
