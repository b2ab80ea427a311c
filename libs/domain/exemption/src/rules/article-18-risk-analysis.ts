import { mayApply } from '../applicant';
import { baseAmount } from '../base-amount';
import type { Facts } from '../facts';
import { isAtMost, whole } from '../fraction';
import type { Profile, RiskBand } from '../profile';
import type { ReasonCode } from '../reason-codes';
import { isWithinReference } from '../risk-books/fraud-rate';
import { riskFactorReasons } from '../risk-factors';
import { exemptionOutcome, type Rule } from '../rule';
import type { Settings } from '../settings';

/** Two quarters in a row over the reference end the use of a band (Article 20(2)). */
const QUARTERS_TO_CEASE = 2;

/**
 * RTS Article 18 and the Annex: a remote payment whose risk was analysed and is low, by a provider whose own fraud rate is at or below
 * the reference of the band that covers the amount. One rate for the whole legal entity and the instrument (EBA Q&A 2018_4033, 2018_4045).
 */
export const riskAnalysis: Rule<'EX18'> = (facts, profile, settings) => {
  const against: ReasonCode[] = [];
  const bands = bandsOf(facts, profile);
  if (facts.channel !== 'remote') against.push('WRONG_CHANNEL');
  if (bands === null) against.push('WRONG_INSTRUMENT');
  if (!mayApply(facts, 'payee_psp_on_cards')) against.push('APPLICANT_NOT_PERMITTED');
  if (facts.monitoringAvailable !== true) against.push('MONITORING_UNAVAILABLE');
  const base = baseAmount(facts, profile, settings);
  const band = bands === null || !base.ok ? undefined : bands.find(({ threshold }) => isAtMost(base.minor, whole(threshold)));
  if (!base.ok) against.push(base.reason);
  else if (bands !== null) against.push(...(band === undefined ? (['AMOUNT_OVER_ETV'] as const) : bandReasons(band, facts, settings)));
  if (facts.riskAnalysis.yearlyAudit !== true || facts.riskAnalysis.firstYearExternalAudit !== true) against.push('TRA_AUDIT_OVERDUE');
  against.push(...riskFactorReasons(facts.riskAnalysis, settings));
  return exemptionOutcome('EX18', against, evidenceOf(facts, profile, settings, band));
};

function bandsOf({ instrument }: Facts, { riskBands }: Profile): readonly RiskBand[] | null {
  return instrument === 'card' || instrument === 'credit_transfer' ? riskBands[instrument] : null;
}

/** Whether the band that covers the amount may be used now. */
function bandReasons(
  { threshold, reference }: RiskBand,
  { riskAnalysis: { fraudRate, ceasedThresholds, exceededConsecutiveQuarters } }: Facts,
  { traGraceQuarter }: Settings,
): ReasonCode[] {
  const exceeded = exceededConsecutiveQuarters.get(threshold) ?? 0;
  if (ceasedThresholds.has(threshold) || exceeded >= QUARTERS_TO_CEASE) return ['TRA_CEASED_FOR_BAND'];
  // No payments, no rate: nothing divided by nothing is not zero.
  if (fraudRate === null || fraudRate.totalValue <= 0n) return ['FRAUD_RATE_UNAVAILABLE'];
  // Article 20(2) would be empty if the first quarter over the reference already ended the use.
  if (isWithinReference(fraudRate, reference) || (traGraceQuarter && exceeded === 1)) return [];
  return ['FRAUD_RATE_OVER_REFERENCE'];
}

function evidenceOf(
  { amount, instrument, channel, applicant, monitoringAvailable, riskAnalysis: analysis }: Facts,
  { currency }: Profile,
  { riskScoreMax }: Settings,
  band: RiskBand | undefined,
) {
  return {
    amount,
    instrument,
    channel,
    applicant,
    monitoringAvailable,
    band: band === undefined ? null : { minor: band.threshold, currency },
    referenceBasisPoints: band === undefined ? null : band.reference,
    fraudValue: analysis.fraudRate === null ? null : { minor: analysis.fraudRate.fraudValue, currency },
    totalValue: analysis.fraudRate === null ? null : { minor: analysis.fraudRate.totalValue, currency },
    exceededQuarters: band === undefined ? null : (analysis.exceededConsecutiveQuarters.get(band.threshold) ?? 0),
    flags: { ...analysis.flags },
    score: analysis.score,
    scoreMax: riskScoreMax,
  };
}
