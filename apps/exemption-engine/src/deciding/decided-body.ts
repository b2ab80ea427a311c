import type { DecidedRequest, InboundEvent, RuleOutcome, ScaDecidedV1, ScaRequestedV1 } from '@assent/contracts';
import { type Decision, type Facts, liabilityOf, type Policy, renderOutcome, type SoftDeclineAction, transportOf } from '@assent/domain-exemption';
import { toRfc3339 } from '@assent/kernel';

/** Requests that come over REST are written to the topic by auth-session, at the database's time; a gateway's own at the broker's. */
const REST_SOURCE = '/services/auth-session';
const TIME_TO_LIVE_SECONDS = 300;
const SECOND_MS = 1000;

export interface DecidedParts {
  readonly event: InboundEvent<ScaRequestedV1>;
  readonly gatewayId: string;
  readonly requestHash: string;
  readonly decision: Decision;
  readonly policy: Policy;
  /** What was decided on. */
  readonly facts: Facts;
  /** The decline that the request follows, and what to do about it. */
  readonly softDecline: { readonly code: string; readonly action: SoftDeclineAction } | null;
  /** Names of the facts that the policy assumed, since nobody said them. */
  readonly assumed: readonly string[];
  readonly nowMs: number;
}

/** The body of `sca.decided`. */
export function decidedBody({ event, gatewayId, requestHash, decision, policy, facts, softDecline, assumed, nowMs }: DecidedParts): ScaDecidedV1 {
  return {
    authenticationId: event.body.authenticationId,
    gatewayId,
    requestHash,
    decision: decision.decision,
    exemption: decision.exemption,
    reasons: [...decision.reasons],
    rules: decision.rules.map((outcome) => withCounterMark(withAssumed(renderOutcome(outcome), assumed), policy)),
    profile: policy.profile.id,
    policy: { id: policy.id, version: policy.version },
    stepUp: stepUpOf(policy),
    liability: recordOf(liabilityOf(decision, facts)),
    transport: recordOf(transportOf(decision, facts, softDecline)),
    request: decidedRequest(event),
    decidedAt: toRfc3339(nowMs),
  };
}

/** The gateway's clock decides nothing. */
export const requestedAtMs = ({ source, time, brokerTimeMs }: InboundEvent): number => (source === REST_SOURCE ? Date.parse(time) : brokerTimeMs);

function decidedRequest(event: InboundEvent<ScaRequestedV1>): DecidedRequest {
  const { action, payer, payment, description, returnUrl, timeToLiveSeconds = TIME_TO_LIVE_SECONDS, reviewSeconds = 0 } = event.body;
  const requestedMs = requestedAtMs(event);
  return {
    action,
    payer,
    payment: payment ?? null,
    description: description ?? null,
    returnUrl: returnUrl ?? null,
    reviewSeconds,
    requestedAt: toRfc3339(requestedMs),
    expiresAt: toRfc3339(requestedMs + timeToLiveSeconds * SECOND_MS),
  };
}

/** A rule that used what nobody said names it. */
function withAssumed(outcome: RuleOutcome, assumed: readonly string[]): RuleOutcome {
  const used = assumed.filter((name) => Object.hasOwn(outcome.evidence, name));
  return used.length === 0 ? outcome : { ...outcome, evidence: { ...outcome.evidence, assumed: used } };
}

const recordOf = (value: object | null): Record<string, unknown> | null => (value === null ? null : Object.fromEntries(Object.entries(value)));

function stepUpOf({ stepUp }: Policy): ScaDecidedV1['stepUp'] {
  if (stepUp === null) return null;
  return { rulesVersion: stepUp.rulesVersion, required: [...stepUp.required], rules: stepUp.rules.map((rule) => ({ ...rule })) };
}

/** At the payee's provider the counters are shadows: the payer's provider may have seen more, never less. */
function withCounterMark(outcome: RuleOutcome, { applicantMode }: Policy): RuleOutcome {
  if (applicantMode === 'payer_psp' || !Object.hasOwn(outcome.evidence, 'spentAmount')) return outcome;
  return { ...outcome, evidence: { ...outcome.evidence, counter: 'shadow', confidence: 'lower_bound' } };
}
