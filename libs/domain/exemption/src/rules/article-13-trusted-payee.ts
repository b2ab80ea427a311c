import { mayApply } from '../applicant';
import type { Facts } from '../facts';
import type { ReasonCode } from '../reason-codes';
import { exemptionOutcome, type Rule } from '../rule';

/**
 * RTS Article 13: a payee on the payer's list of trusted beneficiaries, where the entry was made through the account provider with
 * authentication. Only the payer's provider holds the list. No limit; the general duties stay (Article 2).
 */
export const trustedPayee: Rule<'EX13'> = (facts) => {
  const against: ReasonCode[] = [];
  if (!mayApply(facts, 'payer_psp_only')) against.push('APPLICANT_NOT_PERMITTED');
  if (facts.monitoringAvailable !== true) against.push('MONITORING_UNAVAILABLE');
  against.push(...entryReasons(facts.payeeList));
  return exemptionOutcome('EX13', against, { applicant: facts.applicant, monitoringAvailable: facts.monitoringAvailable, ...facts.payeeList });
};

function entryReasons({ onList, createdVia, scaAtCreation }: Facts['payeeList']): ReasonCode[] {
  // Without an entry there is nothing to say about how it was made.
  if (onList !== true) return ['PAYEE_NOT_ON_LIST'];
  const reasons: ReasonCode[] = [];
  if (createdVia !== 'aspsp') reasons.push('LIST_NOT_CREATED_AT_ASPSP');
  if (scaAtCreation !== true) reasons.push('LIST_ENTRY_WITHOUT_SCA');
  return reasons;
}
