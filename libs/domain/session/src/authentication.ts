import { assertNever } from '@assent/kernel';
import type { VendorMetadata } from '@assent/domain-linking';
import type { ProvenFactor, Verdict } from './verdict';
import { meaningOf } from './vendor-status';

/** What a request fixes for its whole life. */
export interface RequestFacts {
  /** SHA-256 (hex) of the RFC 8785 form of the request's body: a decision about other content is refused. */
  readonly requestHash: string;
  /** Hash of what the approval page shows, which is what is bound. */
  readonly shownHash: string;
  /** Milliseconds since the epoch, by the broker's or the database's clock. */
  readonly expiresAtMs: number;
  /** How long a case in review may take; 0: a review ends the request. */
  readonly reviewSeconds: number;
}

/** The decisions that ask the payer. SCA_PERMITTED is handled as SCA_REQUIRED. */
export type Demand = 'SCA_REQUIRED' | 'SCA_PERMITTED' | 'SCA_BEST_EFFORT';

/** A vendor session of ours: made after the payer had confirmed, new and not started when it was made. */
export interface VendorSession {
  readonly vendorSessionId: string;
  /** As the vendor wrote it when it was last seen. */
  readonly status: string;
  /** Who it is about, as sent. */
  readonly vendorData: string;
  /** What it approves, exactly as sent. */
  readonly metadata: VendorMetadata;
}

/** Why no vendor session could be opened, with the payer free to confirm again. */
export type OpeningFailure =
  /** The vendor was away, throttled us or answered nothing certain. */
  | 'VENDOR_UNAVAILABLE'
  /** It only ever gave back sessions that are not new. */
  | 'SESSION_NOT_NEW'
  /** The process that was opening it ended. */
  | 'LOST';

interface Known {
  readonly request: RequestFacts;
  /** As in the request, until a review moves it. */
  readonly expiresAtMs: number;
}
interface Demanded extends Known {
  readonly demand: Demand;
  readonly policyLetsProceed: boolean;
  /** How many vendor sessions were begun: 0 before the payer has confirmed. */
  readonly attempt: number;
  readonly pageServed: boolean;
  /** A review moves the expiry once, not again and again. */
  readonly reviewUsed: boolean;
}

export interface UnknownAuthentication {
  readonly status: 'UNKNOWN';
}
/** Came in over REST; no decision yet. */
export interface Pending extends Known {
  readonly status: 'PENDING';
}
export interface AwaitingPayer extends Demanded {
  readonly status: 'AWAITING_PAYER';
  /** Of the latest attempt; null where there was none, or where it got its session. */
  readonly lastFailure: OpeningFailure | null;
}
/** The payer has confirmed; the vendor session is being made. */
export interface Opening extends Demanded {
  readonly status: 'OPENING';
  readonly confirmedAtMs: number;
}
export interface InCheck extends Demanded {
  readonly status: 'IN_CHECK';
  readonly session: VendorSession;
}
export interface InReview extends Demanded {
  readonly status: 'IN_REVIEW';
  readonly session: VendorSession;
}
/** Terminal. Nothing leaves it; an approval may still be overturned, which never grants. */
export interface Decided extends Known {
  readonly status: 'DECIDED';
  readonly verdict: Verdict;
  /** The session that the verdict was read from, if there was one. */
  readonly session: VendorSession | null;
  /** Whether the decision on this request has come: a request can expire or be cancelled before it does. */
  readonly decisionSeen: boolean;
  readonly overturned: boolean;
}

export type Authentication = UnknownAuthentication | Pending | AwaitingPayer | Opening | InCheck | InReview | Decided;
export type Undecided = Exclude<Authentication, UnknownAuthentication | Decided>;

export const UNKNOWN: UnknownAuthentication = { status: 'UNKNOWN' };

/** What can happen to an authentication. Facts in the past tense; each changes the state by `evolve` and nowhere else. */
export type AuthenticationEvent =
  | { readonly type: 'RequestReceived'; readonly request: RequestFacts }
  | { readonly type: 'AuthenticationDemanded'; readonly request: RequestFacts; readonly demand: Demand; readonly policyLetsProceed: boolean }
  | { readonly type: 'PageServed' }
  | { readonly type: 'PayerConfirmed'; readonly attempt: number; readonly confirmedAtMs: number; readonly shownHash: string }
  /** The payer does not want it; a verdict follows. */
  | { readonly type: 'PayerRefused'; readonly shownHash: string | null }
  | { readonly type: 'VendorSessionOpened'; readonly attempt: number; readonly session: VendorSession }
  /** The vendor gave back a session that is not new: it approves nobody. */
  | { readonly type: 'VendorSessionRefused'; readonly attempt: number; readonly vendorSessionId: string }
  /** An unfinished session is no longer wanted and is to be deleted at the vendor. */
  | { readonly type: 'VendorSessionDiscarded'; readonly vendorSessionId: string }
  | { readonly type: 'OpeningFailed'; readonly failure: OpeningFailure }
  | { readonly type: 'VendorStatusChanged'; readonly status: string }
  | { readonly type: 'ReviewEntered'; readonly status: string; readonly expiresAtMs: number }
  /** The vendor session is over without a decision. */
  | { readonly type: 'AttemptEnded'; readonly status: string }
  /** The payer turned to another payment; this one waits again. */
  | { readonly type: 'Superseded' }
  /** A decision was read from the vendor and had an effect. */
  | { readonly type: 'DecisionRead'; readonly status: string }
  | { readonly type: 'FactorProven'; readonly factor: ProvenFactor }
  | { readonly type: 'VerdictReached'; readonly request: RequestFacts; readonly verdict: Verdict; readonly decisionSeen: boolean }
  /** The decision came after the verdict and changes nothing. */
  | { readonly type: 'LateDecisionNoted' }
  /** The gateway asked again: the stored verdict goes out once more, byte for byte. */
  | { readonly type: 'VerdictRepeated' }
  | { readonly type: 'ApprovalOverturned'; readonly status: string };

/** The state after one more event. An event that does not fit the state is a bug. */
export function evolve(state: Authentication, event: AuthenticationEvent): Authentication {
  switch (event.type) {
    case 'RequestReceived':
      return { status: 'PENDING', request: event.request, expiresAtMs: event.request.expiresAtMs };
    case 'AuthenticationDemanded':
      return {
        status: 'AWAITING_PAYER', request: event.request, expiresAtMs: event.request.expiresAtMs,
        demand: event.demand, policyLetsProceed: event.policyLetsProceed, attempt: 0, pageServed: false, reviewUsed: false, lastFailure: null,
      };
    case 'VerdictReached':
      return {
        status: 'DECIDED', request: event.request, expiresAtMs: state.status === 'UNKNOWN' ? event.request.expiresAtMs : state.expiresAtMs,
        verdict: event.verdict, session: sessionOf(state), decisionSeen: event.decisionSeen, overturned: false,
      };
    case 'PageServed':
      return isDemanded(state) ? { ...state, pageServed: true } : state;
    case 'LateDecisionNoted':
      return state.status === 'DECIDED' ? { ...state, decisionSeen: true } : state;
    case 'ApprovalOverturned':
      return state.status === 'DECIDED' ? withStatus({ ...state, overturned: true }, event.status) : misfit(state, event);
    case 'PayerConfirmed':
    case 'VendorSessionOpened':
    case 'OpeningFailed':
    case 'AttemptEnded':
    case 'Superseded':
    case 'VendorStatusChanged':
    case 'ReviewEntered':
      return evolveAttempt(state, event);
    case 'PayerRefused':
    case 'VendorSessionRefused':
    case 'VendorSessionDiscarded':
    case 'DecisionRead':
    case 'FactorProven':
    case 'VerdictRepeated':
      return state;
    default:
      return assertNever(event, 'event');
  }
}

type AttemptEventType = 'PayerConfirmed' | 'VendorSessionOpened' | 'OpeningFailed' | 'AttemptEnded' | 'Superseded' | 'VendorStatusChanged' | 'ReviewEntered';
type AttemptEvent = Extract<AuthenticationEvent, { type: AttemptEventType }>;

function evolveAttempt(state: Authentication, event: AttemptEvent): Authentication {
  if (!isDemanded(state)) return misfit(state, event);
  const { request, expiresAtMs, demand, policyLetsProceed, attempt, pageServed, reviewUsed } = state;
  const demanded = { request, expiresAtMs, demand, policyLetsProceed, attempt, pageServed, reviewUsed };
  switch (event.type) {
    case 'PayerConfirmed':
      return { ...demanded, status: 'OPENING', attempt: event.attempt, confirmedAtMs: event.confirmedAtMs };
    case 'VendorSessionOpened':
      return { ...demanded, status: 'IN_CHECK', session: event.session };
    case 'OpeningFailed':
      return { ...demanded, status: 'AWAITING_PAYER', lastFailure: event.failure };
    case 'AttemptEnded':
    case 'Superseded':
      return { ...demanded, status: 'AWAITING_PAYER', lastFailure: null };
    case 'ReviewEntered':
      if (!hasSession(state)) return misfit(state, event);
      return { ...demanded, status: 'IN_REVIEW', reviewUsed: true, expiresAtMs: event.expiresAtMs, session: { ...state.session, status: event.status } };
    case 'VendorStatusChanged': {
      if (!hasSession(state)) return misfit(state, event);
      const resumed = state.status === 'IN_REVIEW' && meaningOf(event.status) === 'UNFINISHED';
      return { ...state, status: resumed ? 'IN_CHECK' : state.status, session: { ...state.session, status: event.status } };
    }
    default:
      return assertNever(event, 'event');
  }
}

export type AuthenticationWithSession = InCheck | InReview;
export const hasSession = (state: Authentication): state is AuthenticationWithSession => state.status === 'IN_CHECK' || state.status === 'IN_REVIEW';

/** Whether the payer is, or was, to be asked and there is no verdict yet. */
export const isDemanded = (state: Authentication): state is Exclude<Undecided, Pending> =>
  state.status !== 'UNKNOWN' && state.status !== 'PENDING' && state.status !== 'DECIDED';

const sessionOf = (state: Authentication): VendorSession | null => (hasSession(state) ? state.session : null);

const withStatus = (state: Decided, status: string): Decided => ({ ...state, session: state.session === null ? null : { ...state.session, status } });

function misfit(state: Authentication, event: AuthenticationEvent): never {
  throw new Error(`invariant broken: ${event.type} cannot happen to an authentication that is ${state.status}`);
}
