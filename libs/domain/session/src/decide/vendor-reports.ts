import { assertNever, ok, type Result } from '@assent/kernel';
import { type Authentication, type AuthenticationEvent, type AuthenticationWithSession, type Decided, hasSession } from '../authentication';
import type { ApplyFetchedDecision, NoteVendorStatus, Refusal } from '../commands';
import type { FetchedDecision } from '../fetched-decision';
import { saysApproved } from '../rules/approved-only-by-a-fetched-decision';
import { livenessAndFaceApproved } from '../rules/liveness-and-face-approved';
import { isAboutWhatWasConfirmed } from '../rules/metadata-equals-what-was-sent';
import { expiryInReview } from '../rules/review-moves-the-expiry-once';
import { isOurs } from '../rules/session-is-ours';
import { assuranceOf } from '../rules/two-factors-of-different-categories';
import { meaningOf } from '../vendor-status';
import { type ProvenFactor, type Verdict, verdict } from '../verdict';
import { endAtExpiry, isOverNow } from './endings';

/** A webhook reports a status. A hint: it may move what is shown, never what is decided; whatever could decide is fetched first. */
export function noteVendorStatus({ vendorSessionId, status, nowMs }: NoteVendorStatus, state: Authentication): Result<AuthenticationEvent[], Refusal> {
  if (state.status !== 'IN_CHECK' || state.session.vendorSessionId !== vendorSessionId || isOverNow(state, nowMs)) return ok([]);
  const meaning = meaningOf(status);
  if ((meaning !== 'UNFINISHED' && meaning !== 'UNKNOWN') || status === state.session.status) return ok([]);
  return ok([{ type: 'VendorStatusChanged', status }]);
}

/** A decision was fetched for a session of this authentication. The only way to an approval. */
export function applyFetchedDecision(command: ApplyFetchedDecision, state: Authentication): Result<AuthenticationEvent[], Refusal> {
  if (state.status === 'DECIDED') return ok(afterVerdict(command, state));
  // A session that was superseded, ended or never taken says nothing about this authentication any more.
  if (!hasSession(state) || state.session.vendorSessionId !== command.vendorSessionId) return ok([]);
  if (isOverNow(state, command.nowMs)) return ok(endAtExpiry(state, command.nowMs));
  return ok(command.answer === 'GONE' ? [{ type: 'AttemptEnded', status: 'Abandoned' }] : read(command, command.answer, state));
}

function read(command: ApplyFetchedDecision, decision: FetchedDecision, state: AuthenticationWithSession): AuthenticationEvent[] {
  const { status } = decision;
  const seen: AuthenticationEvent = { type: 'DecisionRead', status };
  const meaning = meaningOf(status);
  switch (meaning) {
    case 'UNFINISHED':
    case 'UNKNOWN':
      return status === state.session.status ? [] : [seen, { type: 'VendorStatusChanged', status }];
    case 'ENDED':
      return [seen, { type: 'AttemptEnded', status }];
    case 'DECLINED':
      return [seen, ...conclude(state, status, declined(state, command.nowMs))];
    case 'IN_REVIEW':
      return inReview(command, decision, state);
    case 'APPROVED':
      return [seen, ...approve(command, decision, state)];
    default:
      return assertNever(meaning, 'meaning');
  }
}

/** The friendly side of a refusal: which element failed is never said (RTS Article 4(3)(a)). */
const declined = (state: AuthenticationWithSession, nowMs: number): Verdict =>
  state.status === 'IN_REVIEW' ? verdict('DECLINED', 'REVIEW_DECLINED', nowMs) : verdict('DECLINED', 'AUTHENTICATION_FAILED', nowMs, { payerFailed: true });

function inReview(command: ApplyFetchedDecision, decision: FetchedDecision, state: AuthenticationWithSession): AuthenticationEvent[] {
  const { nowMs, policy } = command;
  const { status } = decision;
  if (state.session.status === status) return [];
  const seen: AuthenticationEvent = { type: 'DecisionRead', status };
  const refusal = boundElsewhere(decision, state, policy, nowMs);
  if (refusal !== null) return [seen, ...conclude(state, status, refusal)];
  const { reviewSeconds } = state.request;
  if (reviewSeconds === 0) return [seen, ...conclude(state, status, verdict('DECLINED', 'REVIEW_DECLINED', nowMs))];
  const expiresAtMs = expiryInReview({ expiresAtMs: state.expiresAtMs, reviewSeconds, reviewUsed: state.reviewUsed }, nowMs);
  return [seen, { type: 'ReviewEntered', status, expiresAtMs }];
}

function approve(command: ApplyFetchedDecision, decision: FetchedDecision, state: AuthenticationWithSession): AuthenticationEvent[] {
  const { nowMs, policy } = command;
  const { status } = decision;
  const refusal = boundElsewhere(decision, state, policy, nowMs);
  if (refusal !== null) return conclude(state, status, refusal);
  if (!saysApproved(decision) || !livenessAndFaceApproved(decision)) {
    return conclude(state, status, verdict('DECLINED', 'AUTHENTICATION_FAILED', nowMs, { payerFailed: true }));
  }
  const face: ProvenFactor = { category: 'INHERENCE', method: 'face', provenAtMs: nowMs };
  const factors = [face, ...command.otherFactors];
  const proven = factors.map((factor): AuthenticationEvent => ({ type: 'FactorProven', factor }));
  const assurance = assuranceOf(factors, policy);
  const answer =
    assurance === null ? verdict('DECLINED', 'FACTORS_INSUFFICIENT', nowMs, { factors }) : verdict('APPROVED', 'AUTHENTICATED', nowMs, { factors, assurance });
  return [...proven, ...conclude(state, status, answer)];
}

/** Null where the decision is about our session and exactly what the payer confirmed. */
function boundElsewhere(decision: FetchedDecision, state: AuthenticationWithSession, policy: ApplyFetchedDecision['policy'], nowMs: number): Verdict | null {
  if (!isOurs(decision, state.session, policy)) return verdict('DECLINED', 'AUTHENTICATION_FAILED', nowMs);
  return isAboutWhatWasConfirmed(decision, state.session) ? null : verdict('DECLINED', 'DYNAMIC_LINKING_VIOLATION', nowMs);
}

/** The last status is told, then the verdict. The session is finished, so nothing is left to delete. */
function conclude(state: AuthenticationWithSession, status: string, answer: Verdict): AuthenticationEvent[] {
  return [
    ...(status === state.session.status ? [] : [{ type: 'VendorStatusChanged', status } as const]),
    { type: 'VerdictReached', request: state.request, verdict: answer, decisionSeen: true },
  ];
}

/** What takes an approval back: the vendor no longer says that it stands. A document that ran out later does not. */
const OVERTURNING: ReadonlySet<string> = new Set(['Declined', 'Resubmitted', 'In Review']);

/** After the verdict: an approval may be taken back, once; nothing is ever granted; a session that came to life again is deleted. */
function afterVerdict({ vendorSessionId, answer }: ApplyFetchedDecision, state: Decided): AuthenticationEvent[] {
  if (answer === 'GONE' || state.session?.vendorSessionId !== vendorSessionId || answer.vendorSessionId !== vendorSessionId) return [];
  const { status } = answer;
  const events: AuthenticationEvent[] = [];
  if (state.verdict.outcome === 'APPROVED' && !state.overturned && OVERTURNING.has(status)) {
    events.push({ type: 'DecisionRead', status }, { type: 'ApprovalOverturned', status });
  }
  if (meaningOf(status) === 'UNFINISHED') events.push({ type: 'VendorSessionDiscarded', vendorSessionId });
  return events;
}
