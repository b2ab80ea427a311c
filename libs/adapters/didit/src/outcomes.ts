import type { JsonValue, VendorDecision } from './decision';
import type { VendorStatus } from './status';

/** Why a call has no certain outcome. */
export type UncertainReason = 'TIMEOUT' | 'CONNECTION_LOST' | 'SERVER_ERROR' | 'ANSWER_UNREADABLE' | 'ANSWER_TOO_LARGE' | 'UNEXPECTED_STATUS';

/** The call certainly had no effect: it was never sent. */
export interface Unreached {
  readonly kind: 'unreached';
  readonly reason: 'CONNECT_FAILED' | 'CIRCUIT_OPEN' | 'BUSY';
}
/** The vendor asked for patience; the call had no effect. */
export interface Throttled {
  readonly kind: 'throttled';
  readonly retryAfterMs: number;
}
/** The call may or may not have had its effect: nobody may assume either. */
export interface Uncertain {
  readonly kind: 'unknown';
  readonly reason: UncertainReason;
}
/** The key is wrong or has lost its rights (the vendor answers 403, never 401). */
export interface Forbidden {
  readonly kind: 'forbidden';
}

/** A session that the vendor answered a create call with. It may be an older, unfinished one of the same payer: check `status` and that its id is new. */
export interface CreatedSession {
  readonly sessionId: string;
  readonly status: VendorStatus;
  /** Where the payer's browser goes. Holds a secret token: store it, never log it. */
  readonly url: string;
  readonly vendorData: string | null;
  readonly metadata: JsonValue;
  readonly workflowId: string | null;
  readonly workflowVersion: number | null;
}

export const CREATE_REFUSALS = [
  'PAYER_BLOCKED',
  'OUT_OF_CREDITS',
  'NO_ENROLLED_FACE',
  'PORTRAIT_REFUSED',
  'WORKFLOW_INVALID',
  'REQUEST_INVALID',
  'FORBIDDEN',
] as const;
/** `FORBIDDEN`, `OUT_OF_CREDITS` and `WORKFLOW_INVALID` concern the deployment, the others this payer or request. */
export type CreateRefusal = (typeof CREATE_REFUSALS)[number];

export type CreateOutcome =
  | { readonly kind: 'created'; readonly session: CreatedSession }
  /** Certain: no session was made. */
  | { readonly kind: 'refused'; readonly code: CreateRefusal }
  | Throttled
  | Unreached
  /** A session may exist now. It approves nobody; delete what `listSessions` shows before making another. */
  | Uncertain;

export type DecisionOutcome =
  | { readonly kind: 'found'; readonly decision: VendorDecision }
  /** Certain: the vendor has no such session (deleted, or another application's). */
  | { readonly kind: 'not_found' }
  | Forbidden
  | Throttled
  | Unreached
  | Uncertain;

export type DeleteOutcome =
  /** Certain: the session is gone and can neither be reused nor approve. */
  | { readonly kind: 'deleted'; readonly wasThere: boolean }
  | Forbidden
  | Throttled
  | Unreached
  | Uncertain;

export interface ListedSession {
  readonly sessionId: string;
  readonly status: VendorStatus;
  readonly vendorData: string | null;
  readonly createdAt: string | null;
}
export type ListOutcome =
  /** Newest first; `complete` is false where the vendor has more than one page of them. */
  | { readonly kind: 'listed'; readonly sessions: readonly ListedSession[]; readonly complete: boolean }
  | Forbidden
  | Throttled
  | Unreached
  | Uncertain;

export interface CreateSessionInput {
  /** `<namespace>/<payer.id>`: groups a payer's sessions and finds the stored face. */
  readonly vendorData: string;
  /** Where the vendor sends the browser afterwards: a redirect, never an answer. */
  readonly callback: string;
  /** What is approved; echoed in the decision and compared there. */
  readonly metadata: JsonValue;
  /** BCP 47; mapped to the vendor's list, left out where the vendor has no such language. */
  readonly locale?: string | null;
  /** JPEG, PNG, WebP or TIFF. Without one the vendor uses the face it has stored for `vendorData`. */
  readonly portrait?: Uint8Array | null;
  /** The payer's address as our page saw it; a difference becomes a warning of the device check. */
  readonly expectedIpAddress?: string | null;
}

/**
 * The vendor's API as the rest of Assent sees it. No call throws for anything that the vendor or the network does;
 * every outcome says whether it is certain. No call is repeated in a way that could have an effect twice.
 */
export interface DiditClient {
  createSession(input: CreateSessionInput): Promise<CreateOutcome>;
  fetchDecision(sessionId: string): Promise<DecisionOutcome>;
  deleteSession(sessionId: string): Promise<DeleteOutcome>;
  listSessions(vendorData: string): Promise<ListOutcome>;
}
