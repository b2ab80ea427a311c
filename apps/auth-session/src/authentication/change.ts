import type { OutboundRecord, ScaRequestedV1 } from '@assent/contracts';
import type { AuthenticationEvent } from '@assent/domain-session';
import type { AuthenticationRecord } from './authentication-record';

/** What one transaction does to one authentication. */
export interface Change {
  /** Null: the row is new. */
  readonly before: AuthenticationRecord | null;
  readonly after: AuthenticationRecord;
  /** With the record after each of them. */
  readonly steps: readonly Step[];
  /** The database's time when the row was locked. */
  readonly nowMs: number;
}

export interface Step {
  readonly event: AuthenticationEvent;
  readonly record: AuthenticationRecord;
  /** Goes into the evidence beside the bare fact. */
  readonly evidence: Readonly<Record<string, unknown>>;
  /** The message that led to it; null: what led to the authentication. */
  readonly causeId: string | null;
  /** Where the vendor's hosted check of a session that was opened is. A secret: stored, never told. */
  readonly hostedUrl: string | null;
  /** The request as it came over REST, to be carried on. */
  readonly requested: ScaRequestedV1 | null;
}

/** A change whose messages are made and counted: what is written. */
export interface WritableChange extends Change {
  readonly version: number;
  /** The verdict's message, where this change reached one. */
  readonly verdictRecord: OutboundRecord | null;
}

/**
 * Whether the writing statement must see the request's time not over: everything but an end at expiry, and what comes after a verdict.
 * An answer that was decided in time and is written too late must not stand.
 */
export function mustBeInTime({ before, after, steps }: Change): boolean {
  if (before?.state.status === 'DECIDED') return false;
  if (after.state.status === 'DECIDED') return !isEndAtExpiry(after);
  // Freeing what hangs on a request (an opening that failed, a session that is not taken) is right at any time.
  return steps.some(({ event }) => !ALWAYS_RIGHT.has(event.type));
}

const ALWAYS_RIGHT: ReadonlySet<AuthenticationEvent['type']> = new Set(['OpeningFailed', 'VendorSessionRefused', 'VendorSessionDiscarded', 'PageServed', 'RequestReceived']);

function isEndAtExpiry({ state }: AuthenticationRecord): boolean {
  if (state.status !== 'DECIDED') return false;
  const { outcome, decidedAtMs } = state.verdict;
  return (outcome === 'EXPIRED' || outcome === 'UNAVAILABLE') && decidedAtMs >= state.expiresAtMs;
}
