import { type DecisionKind, DECISIONS } from '../evaluate';
import { EXEMPTION_IDS, type ExemptionId } from '../rule';
import { liability, type ExemptionOwner } from '../liability/liability';
import { challengeIndicatorField, type ChallengeWish, threeDsVersionOf } from '../transport/challenge-indicator';
import { isProviderFormat, providerFields } from '../transport/provider-fields';
import { authorisationField, type AuthorisationMark, isAuthorisationFormat } from '../transport/scheme-fields';
import { softDeclineAction } from '../transport/soft-decline';
import { type JsonObject, sameJson, type VectorBasis, type VectorResult } from './vector-file';

/** A vector with one question and one answer: of transport fields, soft declines or liability. */
export interface AnswerVector {
  readonly id: string;
  readonly basis: VectorBasis;
  readonly given: JsonObject;
  readonly expect: JsonObject;
}

const result = ({ id, expect }: AnswerVector, actual: JsonObject): VectorResult => ({ id, pass: sameJson(actual, expect), actual });
const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const ruleOf = (value: unknown): ExemptionId | null => EXEMPTION_IDS.find((id) => id === value) ?? null;
const decisionOf = (value: unknown): DecisionKind | null => DECISIONS.find((decision) => decision === value) ?? null;

/** Runs one vector of the mapping into industry messages, or of the action after a soft decline. */
export function runTransportVector(vector: AnswerVector): VectorResult {
  const { given } = vector;
  if (Object.hasOwn(given, 'responseCode')) return result(vector, softDecline(given));
  const version = threeDsVersionOf(textOf(given['threeDS']) ?? '');
  if (version !== null) {
    const indicator = { threeDSRequestorChallengeInd: challengeIndicatorField(wishOf(given), version) };
    return result(vector, { ...indicator, ...mastercardExtension(given, version) });
  }
  return result(vector, fieldsOf(given));
}

const softDecline = (given: JsonObject): JsonObject => ({
  action: softDeclineAction({
    scheme: textOf(given['scheme']),
    responseCode: textOf(given['responseCode']) ?? '',
    initiator: given['initiator'] === 'payee' ? 'payee' : 'payer',
    alreadyAuthenticated: given['alreadyAuthenticated'] !== false,
  }),
});

function wishOf({ rule, intent, action }: JsonObject): ChallengeWish {
  const exemption = ruleOf(rule);
  if (exemption !== null) return { kind: 'EXEMPTION', rule: exemption };
  switch (intent ?? action) {
    case 'delegated_sca':
      return { kind: 'DELEGATED' };
    case 'data_share':
      return { kind: 'DATA_SHARE' };
    case 'trusted_list_create':
    case 'trust_list_enrolment':
      return { kind: 'OFFER_TRUST_LIST' };
    case 'mandate_setup':
    case 'soft_decline_retry':
    case 'sca_required':
      return { kind: 'MANDATED' };
    case 'step_up':
    case 'risk_step_up':
      return { kind: 'WANTED' };
    default:
      return { kind: 'NO_PREFERENCE' };
  }
}

/** Mastercard's merchant data extension says on 2.1 what the indicator cannot: field 1 for risk analysis. */
function mastercardExtension({ scheme, rule }: JsonObject, version: string): JsonObject {
  return scheme === 'mastercard' && version === '2.1.0' && rule === 'EX18' ? { 'merchantData.field1': '05' } : {};
}

function fieldsOf(given: JsonObject): JsonObject {
  const format = textOf(given['format']) ?? '';
  const payeeInitiated = given['scope'] === 'PAYEE_INITIATED';
  const delegated = given['intent'] === 'delegated_sca';
  const rule = ruleOf(given['rule']);
  if (isAuthorisationFormat(format)) {
    const mark: AuthorisationMark | null = payeeInitiated ? 'MIT' : delegated ? 'DELEGATED' : rule;
    return mark === null ? {} : authorisationField(format, mark);
  }
  if (!isProviderFormat(format)) return {};
  return providerFields(format, {
    rule,
    payeeInitiated,
    delegated,
    decision: decisionOf(given['decision']),
    previousPaymentId: textOf(given['previousPaymentId']),
  });
}

const OWNERS: readonly ExemptionOwner[] = ['payer_psp', 'payee_psp', 'payee'];

/** Runs one vector of who bears the loss. */
export function runLiabilityVector(vector: AnswerVector): VectorResult {
  const { payerFraud, scaApplied, exemptionBy } = vector.given;
  const answer = liability({ payerFraud: payerFraud === true, scaApplied: scaApplied === true, exemptionBy: OWNERS.find((owner) => owner === exemptionBy) ?? null });
  return result(vector, { ...answer });
}
