import { type Result, ok, refuse } from '@assent/kernel';
import { ARTICLES } from '../articles';
import type { Decision, DecisionKind } from '../evaluate';
import type { CounterKind, Facts, Spent } from '../facts';
import { assume, decideRequest } from '../policy/decide-request';
import type { Policy } from '../policy/policy';
import { type FactRefusal, readFacts, withDefaults } from '../read-facts';
import { type ReasonCode, reasonText } from '../reason-codes';
import { type RenderedEvidence, renderEvidence } from '../render-evidence';
import { type ExemptionId, type RuleId } from '../rule';
import type { Settings } from '../settings';
import { decideWritten } from '../vectors/decision-vectors';
import defaultFacts from './default-facts.v1.json';

export interface ExplainedReason {
  readonly code: ReasonCode;
  readonly text: string;
}

export interface ExplainedRule {
  readonly rule: RuleId;
  readonly article: string;
  readonly title: string;
  readonly passed: boolean;
  readonly reasons: readonly ExplainedReason[];
  readonly evidence: RenderedEvidence;
}

/** A decision that nobody acts on, with every rule that was asked, what it saw, and why not. */
export interface Explanation {
  readonly decision: DecisionKind;
  readonly exemption: ExemptionId | null;
  readonly reasons: readonly ReasonCode[];
  readonly rules: readonly ExplainedRule[];
  readonly profile: string;
  readonly settings: Settings;
  readonly consider: readonly string[];
  /** Facts that were not given, and so taken from the ordinary case. */
  readonly assumed: readonly string[];
}

/** The ordinary case: a remote card payment of EUR 20.00 within the EEA, clean counters, nothing else known to help. */
export const ORDINARY_FACTS: Readonly<Record<string, unknown>> = defaultFacts;

/**
 * Decides facts that somebody wrote down (in part: the rest is the ordinary case), moving no counter.
 * @param spent live counters, which go before written ones
 * @param policy whose rules, switches and limits are used; without one, those that are written among the facts
 */
export function explain(
  given: unknown,
  spent: Readonly<Partial<Record<CounterKind, Spent>>> = {},
  policy: Policy | null = null,
): Result<Explanation, readonly FactRefusal[]> {
  const read = readFacts(withDefaults(withDefaults(given, policy === null ? {} : { profile: policy.profile.id }), ORDINARY_FACTS));
  if (!read.ok) return read;
  if (policy !== null && read.value.profile.id !== policy.profile.id) return refuse([{ field: 'profile', message: `is ${policy.profile.id} in this policy` }]);
  const facts = { ...read.value.facts, counters: { ...read.value.facts.counters, ...spent } };
  const { profile, settings, consider } = policy ?? read.value;
  const { decision, exemption, reasons, rules } = policy === null ? decideWritten({ ...read.value, facts }) : decideUnder(policy, facts);
  return ok({
    decision,
    exemption,
    reasons,
    rules: rules.map(({ rule, passed, reasons: against, evidence }) => ({
      rule,
      ...ARTICLES[rule],
      passed,
      reasons: against.map((code) => ({ code, text: reasonText(code) })),
      evidence: renderEvidence(evidence),
    })),
    profile: profile.id,
    settings,
    consider,
    assumed: assumedFacts(given),
  });
}

/** The counters that were written down are the payment's own, and local limits are the policy's. */
const decideUnder = (policy: Policy, facts: Facts): Decision =>
  decideRequest({ ...assume(facts, policy).facts, localLimits: policy.localLimits }, policy, { exemptions: 'ANY', retriesSoftDecline: false });

const assumedFacts = (given: unknown): string[] =>
  Object.keys(ORDINARY_FACTS).filter((name) => typeof given !== 'object' || given === null || !Object.hasOwn(given, name));
