import { type Decision, evaluate } from '../evaluate';
import type { Facts } from '../facts';
import type { ReasonCode } from '../reason-codes';
import { type ExemptionId, PAYMENT_EXEMPTION_IDS, type PaymentExemptionId } from '../rule';
import type { SoftDeclineAction } from '../transport/soft-decline';
import type { Policy } from './policy';

/** What a gateway wants tried: less than the policy allows, never more. */
export interface Wish {
  readonly exemptions: 'ANY' | 'NONE' | readonly ExemptionId[];
  /** The request follows a soft decline: the issuer has asked for authentication, and another exemption would be declined as well. */
  readonly retriesSoftDecline: boolean;
  /** What that decline calls for; without it, a retry with a challenge. */
  readonly softDeclineAction?: SoftDeclineAction;
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
  if (wish.retriesSoftDecline) return afterSoftDecline(decision, wish.softDeclineAction ?? 'RETRY_WITH_CHALLENGE');
  return decision.decision === 'SCA_REQUIRED' && decision.reasons.length === 0 ? { ...decision, reasons: [withheld] } : decision;
}

/**
 * The issuer has declined for want of authentication. So what the payee initiates is no longer simply out of scope: the payer must be brought
 * back. And what was authenticated, or retried once, is not to go round again: the reason says so, and the transport fields.
 */
function afterSoftDecline(decision: Decision, action: SoftDeclineAction): Decision {
  if (decision.decision === 'OUT_OF_SCOPE' && decision.reasons.includes('PAYEE_INITIATED')) {
    return { ...decision, decision: 'SCA_REQUIRED', reasons: ['SOFT_DECLINE_RETRY', 'PAYEE_INITIATED'] };
  }
  if (decision.decision !== 'SCA_REQUIRED' || decision.reasons.length > 0) return decision;
  return { ...decision, reasons: action === 'TREAT_AS_HARD_DECLINE' ? ['SOFT_DECLINE_RETRY', 'SOFT_DECLINE_FINAL'] : ['SOFT_DECLINE_RETRY'] };
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

/**
 * Lays what the policy assumes over what nobody said, and names it, so that a decision shows what it was not told. At the payee's provider
 * nobody applies an exemption as the payer's provider, whatever a gateway says.
 */
export function assume(facts: Facts, { assume: assumption, applicantMode }: Pick<Policy, 'assume' | 'applicantMode'>): { readonly facts: Facts; readonly assumed: readonly string[] } {
  const applicant = facts.applicant ?? assumption.applicant ?? null;
  const filled: Facts = {
    ...facts,
    instrument: facts.instrument ?? assumption.instrument ?? null,
    channel: facts.channel ?? assumption.channel ?? null,
    initiator: facts.initiator ?? assumption.initiator ?? null,
    applicant: applicantMode === 'payee_psp' && applicant === 'payer_psp' ? 'payee_psp' : applicant,
  };
  const names = (['instrument', 'channel', 'initiator', 'applicant'] as const).filter((name) => facts[name] !== filled[name]);
  return { facts: filled, assumed: names };
}
