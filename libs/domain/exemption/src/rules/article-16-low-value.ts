import { mayApply } from '../applicant';
import type { Facts } from '../facts';
import type { ReasonCode } from '../reason-codes';
import { exemptionOutcome, type Rule } from '../rule';
import type { Settings } from '../settings';
import { checkLimits } from '../spending-limits';

/**
 * RTS Article 16: remote payments of low value, up to a limit for one payment (a) and, since the last authentication, either one for
 * their amount (b) or one for their number (c). On cards the payee's provider may claim it; the payer's provider holds the real counter.
 */
export const lowValue: Rule<'EX16'> = (facts, profile, settings) => {
  const against: ReasonCode[] = [];
  if (facts.channel !== 'remote') against.push('WRONG_CHANNEL');
  if (!mayApply(facts, 'payee_psp_on_cards')) against.push('APPLICANT_NOT_PERMITTED');
  if (lacksMonitoring(facts, settings)) against.push('MONITORING_UNAVAILABLE');
  const { reasons, evidence } = checkLimits('lowValue', profile.lowValue, facts, profile, settings);
  return exemptionOutcome('EX16', [...against, ...reasons], {
    channel: facts.channel,
    applicant: facts.applicant,
    monitoringAvailable: facts.monitoringAvailable,
    ...evidence,
  });
};

/** Article 16 does not repeat "subject to Article 2", though Article 2 is a general duty: a switch of the house decides. */
function lacksMonitoring({ monitoringAvailable }: Facts, { lowValueMonitoring }: Settings): boolean {
  switch (lowValueMonitoring) {
    case 'not_required':
      return false;
    case 'refuse_when_down':
      return monitoringAvailable === false;
    case 'required':
      return monitoringAvailable !== true;
  }
}
