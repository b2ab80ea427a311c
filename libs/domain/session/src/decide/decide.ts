import { assertNever, ok, refuse, type Result } from '@assent/kernel';
import type { Authentication, AuthenticationEvent } from '../authentication';
import type { Command, Refusal } from '../commands';
import { verdict } from '../verdict';
import { applyDecision, receiveRequest } from './decision-arrived';
import { end, endAtExpiry, isOverNow } from './endings';
import { confirm, giveUpOpening, refusePayment, servePage, supersede } from './payer-decides';
import { acceptCreatedSession, failOpening } from './session-opening';
import { applyFetchedDecision, noteVendorStatus } from './vendor-reports';

/**
 * What a command does to an authentication: events, possibly none, or a refusal with a closed code (DESIGN section 3).
 * Pure: the clock is the command's `nowMs`. Whatever is unknown is refused.
 */
export function decide(command: Command, state: Authentication): Result<AuthenticationEvent[], Refusal> {
  switch (command.type) {
    case 'ReceiveRequest':
      return receiveRequest(command, state);
    case 'ApplyDecision':
      return applyDecision(command, state);
    case 'ServePage':
      return servePage(state);
    case 'Confirm':
      return confirm(command, state);
    case 'AcceptCreatedSession':
      return acceptCreatedSession(command, state);
    case 'FailOpening':
      return failOpening(command, state);
    case 'NoteVendorStatus':
      return noteVendorStatus(command, state);
    case 'ApplyFetchedDecision':
      return applyFetchedDecision(command, state);
    case 'Refuse':
      return refusePayment(command, state);
    case 'Cancel':
      return endByOthers(state, command.nowMs, 'CANCEL');
    case 'Expire':
      return endByOthers(state, command.nowMs, 'EXPIRE');
    case 'Supersede':
      return supersede(command, state);
    case 'GiveUpOpening':
      return giveUpOpening(command, state);
    default:
      return assertNever(command, 'command');
  }
}

/** The gateway takes its request back, or its time is up. A request whose time is up cannot be cancelled: it has expired. */
function endByOthers(state: Authentication, nowMs: number, how: 'CANCEL' | 'EXPIRE'): Result<AuthenticationEvent[], Refusal> {
  if (state.status === 'UNKNOWN') return refuse('REQUEST_UNKNOWN');
  if (state.status === 'DECIDED') return refuse('ALREADY_DECIDED');
  const over = isOverNow(state, nowMs);
  if (how === 'EXPIRE') return over ? ok(endAtExpiry(state, nowMs)) : refuse('NOT_OVER');
  return over ? refuse('REQUEST_OVER') : ok(end(state, verdict('CANCELLED', 'GATEWAY_CANCELLED', nowMs)));
}
