import { type Result, ok } from '@assent/kernel';
import { ARTICLES } from '../articles';
import { type DecisionKind } from '../evaluate';
import type { CounterKind, Spent } from '../facts';
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
 */
export function explain(given: unknown, spent: Readonly<Partial<Record<CounterKind, Spent>>> = {}): Result<Explanation, readonly FactRefusal[]> {
  const read = readFacts(withDefaults(given, ORDINARY_FACTS));
  if (!read.ok) return read;
  const { facts, profile, settings, consider } = read.value;
  const { decision, exemption, reasons, rules } = decideWritten({ ...read.value, facts: { ...facts, counters: { ...facts.counters, ...spent } } });
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

const assumedFacts = (given: unknown): string[] =>
  Object.keys(ORDINARY_FACTS).filter((name) => typeof given !== 'object' || given === null || !Object.hasOwn(given, name));
