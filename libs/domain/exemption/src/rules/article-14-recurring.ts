import { mayApply } from '../applicant';
import type { Facts } from '../facts';
import type { ReasonCode } from '../reason-codes';
import { exemptionOutcome, type Rule } from '../rule';

/**
 * RTS Article 14: a series that the payer initiates, with the same amount and the same payee; creating it, changing it and its first
 * payment need authentication. One cent of difference is a difference. What a payee initiates is out of scope instead.
 * Subject to the general duties (Article 14(2)), monitoring among them.
 */
export const recurring: Rule<'EX14'> = (facts) => {
  const against: ReasonCode[] = [];
  if (!mayApply(facts, 'payer_psp_only')) against.push('APPLICANT_NOT_PERMITTED');
  if (facts.monitoringAvailable !== true) against.push('MONITORING_UNAVAILABLE');
  against.push(...seriesReasons(facts.series));
  return exemptionOutcome('EX14', against, { applicant: facts.applicant, monitoringAvailable: facts.monitoringAvailable, ...facts.series });
};

function seriesReasons({ isSeries, first, amended, sameAmount, samePayee, firstHadSca }: Facts['series']): ReasonCode[] {
  if (isSeries !== true) return ['NOT_A_SERIES'];
  const reasons: ReasonCode[] = [];
  if (first !== false) reasons.push('SERIES_FIRST_PAYMENT');
  if (amended !== false) reasons.push('SERIES_AMENDED');
  if (sameAmount !== true) reasons.push('SERIES_AMOUNT_DIFFERS');
  if (samePayee !== true) reasons.push('SERIES_PAYEE_DIFFERS');
  if (firstHadSca !== true) reasons.push('SERIES_SETUP_WITHOUT_SCA');
  return reasons;
}
