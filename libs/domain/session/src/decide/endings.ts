import type { AuthenticationEvent, Undecided } from '../authentication';
import { hasSession } from '../authentication';
import { isOver } from '../rules/never-after-expiry';
import { unavailableMayProceed } from '../rules/unavailable-may-proceed-only-by-policy';
import { mustBeDiscarded } from '../vendor-status';
import { type Verdict, verdict } from '../verdict';

/** The verdict, and the deletion of a session that it leaves unfinished: nobody must take it up, and the next create call must not get it. */
export function end(state: Undecided, answer: Verdict): AuthenticationEvent[] {
  const reached: AuthenticationEvent = { type: 'VerdictReached', request: state.request, verdict: answer, decisionSeen: state.status !== 'PENDING' };
  return [reached, ...discardOpenSession(state)];
}

/** The deletion of the session at hand, where it is unfinished. */
export function discardOpenSession(state: Undecided): AuthenticationEvent[] {
  if (!hasSession(state) || !mustBeDiscarded(state.session.status)) return [];
  return [{ type: 'VendorSessionDiscarded', vendorSessionId: state.session.vendorSessionId }];
}

/**
 * What a request becomes at its expiry. Where the vendor could not be had at the last attempt the answer says so (UNAVAILABLE):
 * the payer did what was asked, and nothing else is possible any more.
 */
export function endAtExpiry(state: Undecided, nowMs: number): AuthenticationEvent[] {
  if (state.status === 'AWAITING_PAYER' && state.lastFailure === 'VENDOR_UNAVAILABLE') return end(state, unavailable(state, 'VENDOR_UNAVAILABLE', nowMs));
  return end(state, verdict('EXPIRED', 'REQUEST_EXPIRED', nowMs));
}

/** UNAVAILABLE, with the one exception by which the gateway may go on. */
export function unavailable(state: Undecided, reason: 'VENDOR_UNAVAILABLE' | 'VENDOR_REFUSED', nowMs: number): Verdict {
  const mayProceed = state.status !== 'PENDING' && unavailableMayProceed(state);
  return { ...verdict('UNAVAILABLE', reason, nowMs), mayProceed };
}

/** Whether the request's time is up. */
export const isOverNow = (state: Undecided, nowMs: number): boolean => isOver(state.expiresAtMs, nowMs);
