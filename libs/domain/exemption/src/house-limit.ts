import { baseAmount } from './base-amount';
import type { Facts } from './facts';
import { isAtMost, whole } from './fraction';
import type { Profile } from './profile';
import type { ExemptionId, PaymentExemptionId, RuleOutcome } from './rule';
import type { Settings } from './settings';

/** Limits of the house for one payment, in minor units of the profile's currency. An exemption that is not here has none beyond the law's. */
export type HouseLimits = ReadonlyMap<PaymentExemptionId, bigint>;

/**
 * An exemption that applies by law applies in this house only up to its own limit, inclusive. What cannot be measured (no amount, no
 * usable rate) is above any limit.
 */
export function withinHouseLimit(
  outcome: RuleOutcome<ExemptionId>,
  id: PaymentExemptionId,
  limits: HouseLimits | undefined,
  facts: Facts,
  profile: Profile,
  settings: Settings,
): RuleOutcome<ExemptionId> {
  const limit = limits?.get(id);
  if (limit === undefined) return outcome;
  const evidence = { ...outcome.evidence, houseLimit: { minor: limit, currency: profile.currency } };
  const base = baseAmount(facts, profile, settings);
  if (base.ok && isAtMost(base.minor, whole(limit))) return { ...outcome, evidence };
  const reasons = outcome.passed ? [] : outcome.reasons;
  return { rule: outcome.rule, passed: false, reasons: [...reasons, 'AMOUNT_OVER_HOUSE_LIMIT'], evidence };
}
