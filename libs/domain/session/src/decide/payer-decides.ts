import { ok, refuse, type Result } from '@assent/kernel';
import type { Authentication, AuthenticationEvent, Opening } from '../authentication';
import { isDemanded } from '../authentication';
import type { Confirm, GiveUpOpening, Refusal, Refuse, Supersede } from '../commands';
import { verdict } from '../verdict';
import { discardOpenSession, end, endAtExpiry, isOverNow } from './endings';

/** Vendor sessions of one authentication. Each costs money, so that a payer who confirms and leaves again and again is stopped. */
export const ATTEMPTS_MAX = 10;

/** The page was served. It changes nothing for the payer; link scanners fetch it too. */
export const servePage = (state: Authentication): Result<AuthenticationEvent[], Refusal> => (isDemanded(state) ? ok([{ type: 'PageServed' }]) : refuse('NOT_DEMANDED'));

/** The payer has confirmed what the page showed. Only now may a vendor session be made. */
export function confirm(command: Confirm, state: Authentication): Result<AuthenticationEvent[], Refusal> {
  const { nowMs, shownHash } = command;
  if (state.status === 'DECIDED') return refuse('ALREADY_DECIDED');
  if (!isDemanded(state)) return refuse('NOT_DEMANDED');
  if (isOverNow(state, nowMs)) return refuse('REQUEST_OVER');
  if (state.status === 'IN_CHECK' || state.status === 'IN_REVIEW') return refuse('ALREADY_CONFIRMED');
  if (state.status === 'OPENING' && !isOpeningLost(state, command)) return refuse('ALREADY_CONFIRMED');
  if (command.payerBlocked) return ok(end(state, verdict('DECLINED', 'PAYER_BLOCKED', nowMs)));
  if (shownHash !== state.request.shownHash) return refuse('OTHER_CONTENT_SHOWN');
  if (state.attempt >= ATTEMPTS_MAX) return refuse('TOO_MANY_ATTEMPTS');
  const lost: AuthenticationEvent[] = state.status === 'OPENING' ? [{ type: 'OpeningFailed', failure: 'LOST' }] : [];
  return ok([...lost, { type: 'PayerConfirmed', attempt: state.attempt + 1, confirmedAtMs: nowMs, shownHash }]);
}

/** The payer does not want this. It ends the request, also while the check is open. */
export function refusePayment({ nowMs, shownHash }: Refuse, state: Authentication): Result<AuthenticationEvent[], Refusal> {
  if (state.status === 'DECIDED') return refuse('ALREADY_DECIDED');
  if (!isDemanded(state)) return refuse('NOT_DEMANDED');
  return isOverNow(state, nowMs) ? refuse('REQUEST_OVER') : ok([{ type: 'PayerRefused', shownHash }, ...end(state, verdict('DECLINED', 'PAYER_REFUSED', nowMs))]);
}

/**
 * The payer confirms another payment: this one's check, if one is open, is over and can approve nothing any more, and this payment waits
 * again. While its session is still being made, nobody knows what would have to be deleted, so the other has to wait.
 */
export function supersede(command: Supersede, state: Authentication): Result<AuthenticationEvent[], Refusal> {
  if (state.status === 'OPENING') return isOpeningLost(state, command) ? ok([{ type: 'OpeningFailed', failure: 'LOST' }]) : refuse('OPENING_UNDER_WAY');
  if (state.status !== 'IN_CHECK') return refuse('NOTHING_TO_SUPERSEDE');
  if (isOverNow(state, command.nowMs)) return ok(endAtExpiry(state, command.nowMs));
  return ok([...discardOpenSession(state), { type: 'Superseded' }]);
}

/** Frees an attempt whose process has ended between its intent and the vendor's answer. */
export function giveUpOpening(command: GiveUpOpening, state: Authentication): Result<AuthenticationEvent[], Refusal> {
  return state.status === 'OPENING' && isOpeningLost(state, command) ? ok([{ type: 'OpeningFailed', failure: 'LOST' }]) : refuse('OPENING_UNDER_WAY');
}

const isOpeningLost = (state: Opening, { nowMs, openingMaxMs }: { readonly nowMs: number; readonly openingMaxMs: number }): boolean =>
  nowMs - state.confirmedAtMs >= openingMaxMs;
