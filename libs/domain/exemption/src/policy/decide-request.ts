import { type Decision, evaluate } from '../evaluate';
import type { Facts } from '../facts';
import type { ReasonCode } from '../reason-codes';
import { type ExemptionId, PAYMENT_EXEMPTION_IDS, type PaymentExemptionId } from '../rule';
import type { AssumedFacts, Policy } from './policy';

/** What a gateway wants tried: less than the policy allows, never more. */
export interface Wish {
  readonly exemptions: 'ANY' | 'NONE' | readonly ExemptionId[];
  /** The request follows a soft decline: the issuer has asked for authentication, and another exemption would be declined as well. */
  readonly retriesSoftDecline: boolean;
}

/** Which exemptions are left to try, and why it is fewer than the policy has. */
interface Selection {
  readonly consider: readonly PaymentExemptionId[];
  readonly considerDirectAccess: boolean;
  readonly withheld: ReasonCode;
}

/**
 * Decides a request under a policy. Scope is asked first in any case: a wish for authentication does not put a payment into scope.
 * Where no exemption was tried the reason says who withheld it.
 */
export function decideRequest(facts: Facts, policy: Policy, wish: Wish): Decision {
  const { consider, considerDirectAccess, withheld } = select(policy, wish);
  const decision = evaluate(facts, { ...policy, consider, considerDirectAccess });
  return decision.decision === 'SCA_REQUIRED' && decision.reasons.length === 0 ? { ...decision, reasons: [withheld] } : decision;
}

function select(policy: Policy, { exemptions, retriesSoftDecline }: Wish): Selection {
  if (retriesSoftDecline) return { consider: [], considerDirectAccess: false, withheld: 'SOFT_DECLINE_RETRY' };
  if (exemptions === 'NONE') return { consider: [], considerDirectAccess: false, withheld: 'EXEMPTION_NOT_REQUESTED' };
  const withheld = 'EXEMPTION_NOT_IN_POLICY';
  if (exemptions === 'ANY') return { consider: policy.consider, considerDirectAccess: policy.considerDirectAccess, withheld };
  const allowed: ReadonlySet<ExemptionId> = new Set<ExemptionId>(policy.consider);
  const payment: ReadonlySet<ExemptionId> = new Set<ExemptionId>(PAYMENT_EXEMPTION_IDS);
  const isConsidered = (id: ExemptionId): id is PaymentExemptionId => payment.has(id) && allowed.has(id);
  return { consider: exemptions.filter(isConsidered), considerDirectAccess: policy.considerDirectAccess && exemptions.includes('EX10'), withheld };
}

/** Lays what the policy assumes over what nobody said, and names it, so that a decision shows what it was not told. */
export function assume(facts: Facts, assumption: AssumedFacts): { readonly facts: Facts; readonly assumed: readonly string[] } {
  const filled: Facts = {
    ...facts,
    instrument: facts.instrument ?? assumption.instrument ?? null,
    channel: facts.channel ?? assumption.channel ?? null,
    initiator: facts.initiator ?? assumption.initiator ?? null,
    applicant: facts.applicant ?? assumption.applicant ?? null,
  };
  const names = (['instrument', 'channel', 'initiator', 'applicant'] as const).filter((name) => facts[name] !== filled[name]);
  return { facts: filled, assumed: names };
}
