import { mayApply } from '../applicant';
import type { ReasonCode } from '../reason-codes';
import { exemptionOutcome, type Rule } from '../rule';

/**
 * RTS Article 15: a credit transfer between two accounts of the same person at the same account provider. No limit.
 * Subject to monitoring (Article 2).
 */
export const ownAccounts: Rule<'EX15'> = (facts) => {
  const against: ReasonCode[] = [];
  if (facts.instrument !== 'credit_transfer') against.push('WRONG_INSTRUMENT');
  if (!mayApply(facts, 'payer_psp_only')) against.push('APPLICANT_NOT_PERMITTED');
  if (facts.monitoringAvailable !== true) against.push('MONITORING_UNAVAILABLE');
  if (facts.own.sameHolder !== true) against.push('DIFFERENT_HOLDER');
  if (facts.own.sameAspsp !== true) against.push('DIFFERENT_ASPSP');
  return exemptionOutcome('EX15', against, {
    instrument: facts.instrument,
    applicant: facts.applicant,
    monitoringAvailable: facts.monitoringAvailable,
    ...facts.own,
  });
};
