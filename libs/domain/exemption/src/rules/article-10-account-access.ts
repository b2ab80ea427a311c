import type { ReasonCode } from '../reason-codes';
import { exemptionOutcome, type Rule } from '../rule';
import { accountDataEvidence, accountDataReasons } from './account-data';

/**
 * RTS Article 10 as amended by 2022/2360: the user looks at balance or recent payments of an account directly. Authentication at the
 * first access, and when the last one is more than 180 days old. Optional for the provider. Subject to monitoring (Article 2).
 */
export const accountAccess: Rule<'EX10'> = (facts, profile, settings) => {
  const daysMax = profile.accountAccess.directDays;
  const against: ReasonCode[] = [];
  if (facts.access.via !== 'direct') against.push('APPLICANT_NOT_PERMITTED');
  if (facts.monitoringAvailable !== true) against.push('MONITORING_UNAVAILABLE');
  against.push(...accountDataReasons(facts, profile, settings, daysMax));
  if (facts.access.suspectedFraud !== false) against.push('ACCESS_SUSPECTED_FRAUD');
  return exemptionOutcome('EX10', against, accountDataEvidence(facts, daysMax));
};
