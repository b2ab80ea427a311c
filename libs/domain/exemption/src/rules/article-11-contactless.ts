import { mayApply } from '../applicant';
import type { ReasonCode } from '../reason-codes';
import { riskFactorReasons } from '../risk-factors';
import { checkLimits } from '../spending-limits';
import { exemptionOutcome, type Rule } from '../rule';

/**
 * RTS Article 11: contactless payments at the point of sale, up to a limit for one payment and one for all since the last
 * authentication. The payee's provider may apply it too on cards (EBA Q&A 2018_4241). Subject to monitoring (Article 2).
 * Where the profile has no limits (UK from March 2026), low risk stands in their place.
 */
export const contactless: Rule<'EX11'> = (facts, profile, settings) => {
  const against: ReasonCode[] = [];
  if (facts.channel !== 'contactless_pos') against.push('WRONG_CHANNEL');
  if (!mayApply(facts, 'payee_psp_on_cards')) against.push('APPLICANT_NOT_PERMITTED');
  if (facts.monitoringAvailable !== true) against.push('MONITORING_UNAVAILABLE');
  const seen = { channel: facts.channel, applicant: facts.applicant, monitoringAvailable: facts.monitoringAvailable };
  if (profile.contactless === 'riskBased') {
    against.push(...riskFactorReasons(facts.riskAnalysis, settings));
    return exemptionOutcome('EX11', against, {
      ...seen,
      flags: { ...facts.riskAnalysis.flags },
      score: facts.riskAnalysis.score,
      scoreMax: settings.riskScoreMax,
    });
  }
  const { reasons, evidence } = checkLimits('contactless', profile.contactless, facts, profile, settings);
  return exemptionOutcome('EX11', [...against, ...reasons], { ...seen, ...evidence });
};
