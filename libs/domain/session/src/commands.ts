import type { Demand, OpeningFailure, RequestFacts } from './authentication';
import type { FetchedDecision, VerdictPolicy } from './fetched-decision';
import type { CreatedSession } from './rules/created-session-is-new-and-not-started';
import type { ProvenFactor } from './verdict';
import type { VendorMetadata } from '@assent/domain-linking';

/** Every command says what time it is by the database's clock. */
interface Timed {
  readonly nowMs: number;
}

export interface ReceiveRequest {
  readonly type: 'ReceiveRequest';
  readonly request: RequestFacts;
}

export type DecisionKind = Demand | 'EXEMPT' | 'OUT_OF_SCOPE' | 'SCA_PROHIBITED';

export interface ApplyDecision extends Timed {
  readonly type: 'ApplyDecision';
  readonly decision: DecisionKind;
  readonly request: RequestFacts;
  /** Whether the gateway sends its requests to our REST interface only: then a request that we do not hold was never made. */
  readonly onlyByRest: boolean;
  readonly payerBlocked: boolean;
  /** Whether the policy lets the gateway go on after SCA_BEST_EFFORT where nobody could be asked. Its default is no. */
  readonly policyLetsProceed: boolean;
}

export interface ServePage {
  readonly type: 'ServePage';
}

export interface Confirm extends Timed {
  readonly type: 'Confirm';
  /** What the payer's page showed, as its form says. */
  readonly shownHash: string;
  readonly payerBlocked: boolean;
  /** After so long the process that was opening a session has ended, or its call has. */
  readonly openingMaxMs: number;
}

export interface AcceptCreatedSession extends Timed {
  readonly type: 'AcceptCreatedSession';
  readonly attempt: number;
  readonly created: CreatedSession;
  readonly vendorData: string;
  readonly metadata: VendorMetadata;
}

/** Why the vendor made no session, and certainly will not for this request. */
export type FinalRefusal =
  /** It has no face to compare with. */
  | 'NO_ENROLLED_FACE'
  /** It refuses this payer or this request. */
  | 'PAYER_REFUSED'
  /** It refuses the deployment: key, credits, workflow. */
  | 'DEPLOYMENT_REFUSED';

export interface FailOpening extends Timed {
  readonly type: 'FailOpening';
  readonly attempt: number;
  readonly failure: OpeningFailure | FinalRefusal;
}

export interface NoteVendorStatus extends Timed {
  readonly type: 'NoteVendorStatus';
  readonly vendorSessionId: string;
  readonly status: string;
}

export interface ApplyFetchedDecision extends Timed {
  readonly type: 'ApplyFetchedDecision';
  /** The session that was asked for; the answer must be about the same. */
  readonly vendorSessionId: string;
  /** `GONE`: the vendor certainly has no such session. */
  readonly answer: FetchedDecision | 'GONE';
  readonly policy: VerdictPolicy;
  /** Proven elsewhere for this authentication: a bound key. */
  readonly otherFactors: readonly ProvenFactor[];
}

export interface Refuse extends Timed {
  readonly type: 'Refuse';
  /** What the payer's page showed, as its form says; null where it says nothing. Evidence only: a refusal needs no agreement on details. */
  readonly shownHash: string | null;
}
export interface Cancel extends Timed {
  readonly type: 'Cancel';
}
export interface Expire extends Timed {
  readonly type: 'Expire';
}
/** The payer confirms another payment, and the vendor knows one unfinished session of a payer only. */
export interface Supersede extends Timed {
  readonly type: 'Supersede';
  readonly openingMaxMs: number;
}
/** The process that was opening a session has not come back. */
export interface GiveUpOpening extends Timed {
  readonly type: 'GiveUpOpening';
  readonly openingMaxMs: number;
}

export type Command =
  | ReceiveRequest
  | ApplyDecision
  | ServePage
  | Confirm
  | AcceptCreatedSession
  | FailOpening
  | NoteVendorStatus
  | ApplyFetchedDecision
  | Refuse
  | Cancel
  | Expire
  | Supersede
  | GiveUpOpening;

/** Why nothing happened. Closed; the edge turns them into pages, problems or dead letters. */
export type Refusal =
  | 'REQUEST_UNKNOWN'
  | 'SAME_REQUEST'
  | 'REQUEST_CONFLICT'
  | 'NOT_DEMANDED'
  | 'ALREADY_DECIDED'
  | 'ALREADY_CONFIRMED'
  | 'OTHER_CONTENT_SHOWN'
  | 'TOO_MANY_ATTEMPTS'
  | 'REQUEST_OVER'
  | 'OPENING_UNDER_WAY'
  | 'NOT_OVER'
  | 'NOTHING_TO_SUPERSEDE';
