import { exemptionOutcome, type Rule } from '../rule';
import { accountDataEvidence, accountDataReasons } from './account-data';

/**
 * RTS Article 10a: the same data through an account information service. Here authentication is not optional but forbidden within
 * the term, unless there is a justified and documented suspicion of fraud (which `decideAccess` looks at, since it permits, not exempts).
 */
export const accountInformationService: Rule<'EX10A'> = (facts, profile, settings) => {
  const daysMax = profile.accountAccess.aispDays;
  return exemptionOutcome('EX10A', accountDataReasons(facts, profile, settings, daysMax), accountDataEvidence(facts, daysMax));
};
