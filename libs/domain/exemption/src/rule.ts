import type { Money } from '@assent/kernel';
import type { ExactMoney } from './base-amount';
import type { Facts } from './facts';
import type { Fraction } from './fraction';
import type { Profile } from './profile';
import type { ReasonCode } from './reason-codes';
import type { Settings } from './settings';

/** The exemptions of the RTS, by article. */
export const EXEMPTION_IDS = ['EX10', 'EX10A', 'EX11', 'EX12', 'EX13', 'EX14', 'EX15', 'EX16', 'EX17', 'EX18'] as const;
export type ExemptionId = (typeof EXEMPTION_IDS)[number];

/** Exemptions of payments: what a policy may put in order. Those of account access (Articles 10, 10a) have a place of their own. */
export const PAYMENT_EXEMPTION_IDS = ['EX11', 'EX12', 'EX13', 'EX14', 'EX15', 'EX16', 'EX17', 'EX18'] as const;
export type PaymentExemptionId = (typeof PAYMENT_EXEMPTION_IDS)[number];

/** Rules that say whether the duty applies at all: an answer of theirs is never an exemption. */
export type ScopeRuleId = 'NON_EXEMPTIBLE_ACTION' | 'SCOPE_ANONYMOUS' | 'SCOPE_MOTO' | 'SCOPE_PAYEE_INITIATED' | 'SCOPE_PSP_LOCATION' | 'SCOPE_ONE_LEG_OUT';
export type RuleId = ExemptionId | ScopeRuleId;

/** Raw values of what a rule looked at. They are put into words once somebody reads them (`renderEvidence`), not in every decision. */
export type EvidenceValue = string | number | boolean | null | Money | ExactMoney | Fraction | readonly string[] | Readonly<Record<string, boolean | null>>;
export type Evidence = Readonly<Record<string, EvidenceValue>>;

export interface RuleOutcome<Id extends RuleId = RuleId> {
  readonly rule: Id;
  /** For an exemption: it applies. For a scope rule: it settles the matter. */
  readonly passed: boolean;
  /** `WITHIN_CONDITIONS` where an exemption applies, else everything that stands in its way, in the order of its conditions. */
  readonly reasons: readonly ReasonCode[];
  readonly evidence: Evidence;
}

/** One article, one rule. Pure: same facts, profile and settings, same outcome. */
export type Rule<Id extends RuleId = RuleId> = (facts: Facts, profile: Profile, settings: Settings) => RuleOutcome<Id>;

const WITHIN: readonly ReasonCode[] = ['WITHIN_CONDITIONS'];

/** The outcome of an exemption: it passes where nothing stands in its way. */
export function exemptionOutcome<Id extends ExemptionId>(rule: Id, against: readonly ReasonCode[], evidence: Evidence): RuleOutcome<Id> {
  const passed = against.length === 0;
  return { rule, passed, reasons: passed ? WITHIN : against, evidence };
}

/** The outcome of a scope rule: it settles the matter where it has a reason. */
export function scopeOutcome<Id extends ScopeRuleId>(rule: Id, reason: ReasonCode | null, evidence: Evidence): RuleOutcome<Id> {
  return { rule, passed: reason !== null, reasons: reason === null ? [] : [reason], evidence };
}
