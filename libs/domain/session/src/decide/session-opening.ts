import { assertNever, ok, refuse, type Result } from '@assent/kernel';
import type { Authentication, AuthenticationEvent } from '../authentication';
import type { AcceptCreatedSession, FailOpening, Refusal } from '../commands';
import { isOpeningThisAttempt } from '../rules/confirmed-before-its-session-was-made';
import { isNewAndNotStarted } from '../rules/created-session-is-new-and-not-started';
import { verdict } from '../verdict';
import { end, isOverNow, unavailable } from './endings';

/**
 * The vendor answered a create call with a session. It is taken only by the attempt that asked, in time, and only if it is new and nobody
 * has started it. In every other case it approves nobody and is deleted.
 */
export function acceptCreatedSession(command: AcceptCreatedSession, state: Authentication): Result<AuthenticationEvent[], Refusal> {
  const { attempt, created, nowMs, vendorData, metadata } = command;
  const { vendorSessionId, status } = created;
  if (!isNewAndNotStarted(created) || !isOpeningThisAttempt(state, attempt) || isOverNow(state, nowMs)) return ok([{ type: 'VendorSessionRefused', attempt, vendorSessionId }]);
  return ok([{ type: 'VendorSessionOpened', attempt, session: { vendorSessionId, status, vendorData, metadata } }]);
}

/** No session was had. Where the cause may pass, the payer may confirm again; where it cannot for this request, the request ends. */
export function failOpening({ attempt, failure, nowMs }: FailOpening, state: Authentication): Result<AuthenticationEvent[], Refusal> {
  if (!isOpeningThisAttempt(state, attempt)) return refuse(state.status === 'DECIDED' ? 'ALREADY_DECIDED' : 'NOT_DEMANDED');
  switch (failure) {
    case 'NO_ENROLLED_FACE':
      return ok(end(state, verdict('DECLINED', 'NO_ENROLLED_FACE', nowMs)));
    case 'PAYER_REFUSED':
      return ok(end(state, verdict('DECLINED', 'VENDOR_REFUSED', nowMs)));
    case 'DEPLOYMENT_REFUSED':
      return ok(end(state, unavailable(state, 'VENDOR_REFUSED', nowMs)));
    case 'VENDOR_UNAVAILABLE':
    case 'SESSION_NOT_NEW':
    case 'LOST':
      return ok([{ type: 'OpeningFailed', failure }]);
    default:
      return assertNever(failure, 'failure');
  }
}
