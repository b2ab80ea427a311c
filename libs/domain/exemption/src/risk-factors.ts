import type { RiskAnalysis } from './facts';
import type { ReasonCode } from './reason-codes';
import type { Settings } from './settings';

/**
 * Article 18(2)(c) and 18(3): none of six factors, and one score for the payment. A factor that could not be assessed is not one
 * that was not identified.
 */
export function riskFactorReasons({ flags, score }: RiskAnalysis, { riskScoreMax }: Settings): ReasonCode[] {
  const reasons: ReasonCode[] = [];
  const values: readonly (boolean | null)[] = [
    flags.abnormalSpending,
    flags.unusualDevice,
    flags.malware,
    flags.knownFraudScenario,
    flags.abnormalPayerLocation,
    flags.highRiskPayeeLocation,
  ];
  if (values.includes(true)) reasons.push('RISK_FACTOR_PRESENT');
  if (values.some((value) => value !== true && value !== false)) reasons.push('RISK_FACTOR_UNASSESSED');
  if (score === null) reasons.push('RISK_SCORE_MISSING');
  else if (!(score <= riskScoreMax)) reasons.push('RISK_SCORE_HIGH');
  return reasons;
}
