import type { Action, OutboundRecord, Payer, Payment, PolicyRef } from '@assent/contracts';
import type { Authentication } from '@assent/domain-session';

/** What is kept of a request: enough to show it, bind it and answer it. */
export interface StoredRequest {
  readonly action: Action;
  readonly payer: Payer;
  readonly payment: Payment | null;
  readonly description: string | null;
  readonly returnUrl: string | null;
}

/** What never changes about an authentication. */
export interface AuthenticationIdentity {
  /** `<gatewayId>:<authenticationId>`. */
  readonly key: string;
  readonly gatewayId: string;
  readonly authenticationId: string;
  readonly namespace: string;
  readonly payerId: string;
  readonly request: StoredRequest;
  /** The broker's or the database's time of the request. */
  readonly requestedAtMs: number;
}

/** One authentication as a transaction holds it: its identity, its state in the domain's words, and what its messages need. */
export interface AuthenticationRecord extends AuthenticationIdentity {
  readonly state: Exclude<Authentication, { status: 'UNKNOWN' }>;
  /** Counts its events: the next one's `sequence` is one more. */
  readonly version: number;
  readonly pageServedCount: number;
  readonly exemption: string | null;
  readonly policy: PolicyRef | null;
  readonly causeId: string | null;
  readonly traceparent: string | null;
  /** The verdict's message as it was published; null before. */
  readonly verdictRecord: OutboundRecord | null;
}
