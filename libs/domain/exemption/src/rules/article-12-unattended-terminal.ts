import { mayApply } from '../applicant';
import type { ReasonCode } from '../reason-codes';
import { exemptionOutcome, type Rule } from '../rule';

const COVERED_PURPOSES: ReadonlySet<string | null> = new Set(['transport_fare', 'parking_fee']);

/**
 * RTS Article 12: transport fares and parking fees at an unattended terminal. No limit and no counter. Charging a car is neither,
 * until an answer to the open question says otherwise. Subject to monitoring (Article 2).
 */
export const unattendedTerminal: Rule<'EX12'> = (facts) => {
  const against: ReasonCode[] = [];
  if (facts.channel !== 'contactless_pos' && facts.channel !== 'contact_pos') against.push('WRONG_CHANNEL');
  if (!mayApply(facts, 'payee_psp_on_cards')) against.push('APPLICANT_NOT_PERMITTED');
  if (facts.monitoringAvailable !== true) against.push('MONITORING_UNAVAILABLE');
  if (facts.terminal.unattended !== true) against.push('TERMINAL_ATTENDED');
  if (!COVERED_PURPOSES.has(facts.terminal.purpose)) against.push('PURPOSE_NOT_COVERED');
  return exemptionOutcome('EX12', against, {
    channel: facts.channel,
    applicant: facts.applicant,
    monitoringAvailable: facts.monitoringAvailable,
    unattended: facts.terminal.unattended,
    purpose: facts.terminal.purpose,
  });
};
