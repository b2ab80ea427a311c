import { mayApply } from '../applicant';
import type { ReasonCode } from '../reason-codes';
import { exemptionOutcome, type Rule } from '../rule';

/**
 * RTS Article 17: legal persons, over a process or protocol that only those who are no consumers can use, where the competent
 * authority is satisfied that it is as secure. Cards too, where the process is dedicated. No limit.
 */
export const corporate: Rule<'EX17'> = (facts) => {
  const against: ReasonCode[] = [];
  if (!mayApply(facts, 'payer_psp_only')) against.push('APPLICANT_NOT_PERMITTED');
  if (facts.corporate.payerIsLegalPerson !== true) against.push('NOT_A_LEGAL_PERSON');
  if (facts.corporate.payerIsConsumer !== false) against.push('PROCESS_OPEN_TO_CONSUMERS');
  if (facts.corporate.dedicatedProcess !== true) against.push('PROCESS_NOT_DEDICATED');
  if (facts.corporate.authoritySatisfied !== true) against.push('AUTHORITY_NOT_SATISFIED');
  return exemptionOutcome('EX17', against, { applicant: facts.applicant, ...facts.corporate });
};
