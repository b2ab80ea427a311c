import { assertNever, ok, refuse, type Result } from '@assent/kernel';
import type { Authentication, AuthenticationEvent, Decided } from '../authentication';
import type { ApplyDecision, DecisionKind, ReceiveRequest, Refusal } from '../commands';
import { isOver } from '../rules/never-after-expiry';
import { type Verdict, verdict } from '../verdict';

/** A request that came in over REST. Its identity is (gateway, authentication id): the same content again is the same request. */
export function receiveRequest({ request }: ReceiveRequest, state: Authentication): Result<AuthenticationEvent[], Refusal> {
  if (state.status === 'UNKNOWN') return ok([{ type: 'RequestReceived', request }]);
  return refuse(state.request.requestHash === request.requestHash ? 'SAME_REQUEST' : 'REQUEST_CONFLICT');
}

/**
 * A decision of the exemption engine. It answers at once, or has the payer asked; it never changes what is under way, and never an answer.
 * The request's own expiry is what we hold, where we hold the request.
 */
export function applyDecision(command: ApplyDecision, state: Authentication): Result<AuthenticationEvent[], Refusal> {
  if (state.status === 'UNKNOWN' && command.onlyByRest) return refuse('REQUEST_UNKNOWN');
  if (state.status !== 'UNKNOWN' && state.request.requestHash !== command.request.requestHash) return refuse('REQUEST_CONFLICT');
  switch (state.status) {
    case 'UNKNOWN':
    case 'PENDING':
      return ok([firstAnswer(command, state.status === 'PENDING' ? state.request : command.request)]);
    case 'DECIDED':
      return ok([afterVerdict(state)]);
    default:
      return ok([]);
  }
}

function firstAnswer(command: ApplyDecision, request: ApplyDecision['request']): AuthenticationEvent {
  const answer = isOver(request.expiresAtMs, command.nowMs) ? verdict('EXPIRED', 'REQUEST_EXPIRED', command.nowMs) : answerOf(command);
  if (answer !== null) return { type: 'VerdictReached', request, verdict: answer, decisionSeen: true };
  return { type: 'AuthenticationDemanded', request, demand: demandOf(command.decision), policyLetsProceed: command.policyLetsProceed };
}

/** The verdict that a decision already is, or null where the payer is to be asked. */
function answerOf({ decision, payerBlocked, nowMs }: ApplyDecision): Verdict | null {
  switch (decision) {
    case 'EXEMPT':
      return verdict('EXEMPT', 'EXEMPTED', nowMs);
    case 'OUT_OF_SCOPE':
      return verdict('OUT_OF_SCOPE', 'OUT_OF_SCOPE', nowMs);
    case 'SCA_PROHIBITED':
      return verdict('SCA_PROHIBITED', 'SCA_PROHIBITED', nowMs);
    case 'SCA_REQUIRED':
    case 'SCA_PERMITTED':
    case 'SCA_BEST_EFFORT':
      return payerBlocked ? verdict('DECLINED', 'PAYER_BLOCKED', nowMs) : null;
    default:
      return assertNever(decision, 'decision');
  }
}

function demandOf(decision: DecisionKind): 'SCA_REQUIRED' | 'SCA_PERMITTED' | 'SCA_BEST_EFFORT' {
  // Whatever else there may be one day asks the payer: the strict side.
  return decision === 'SCA_PERMITTED' || decision === 'SCA_BEST_EFFORT' ? decision : 'SCA_REQUIRED';
}

/**
 * The gateway asked again, or this is the first decision on a request that expired or was cancelled before it: a repeat gets the stored
 * answer, the late one changes nothing.
 */
const afterVerdict = (state: Decided): AuthenticationEvent => (state.decisionSeen ? { type: 'VerdictRepeated' } : { type: 'LateDecisionNoted' });
