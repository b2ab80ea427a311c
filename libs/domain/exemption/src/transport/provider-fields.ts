import type { DecisionKind } from '../evaluate';
import type { ExemptionId } from '../rule';

/** What is said to a payment service provider's or a bank's interface. */
export interface ProviderQuestion {
  readonly rule: ExemptionId | null;
  readonly payeeInitiated: boolean;
  readonly delegated: boolean;
  readonly decision: DecisionKind | null;
  /** UK Open Banking: the earlier payment of the series, so that the bank can compare amount and payee. */
  readonly previousPaymentId: string | null;
}

export type ProviderFormat = 'checkout' | 'adyen' | 'braintree' | 'worldpay' | 'stripe' | 'hyperswitch' | 'ob-uk' | 'berlin-group';

type Fields = Readonly<Record<string, string>>;
type Names = Readonly<Partial<Record<ExemptionId, string>>>;

const CHECKOUT: Names = {
  EX13: 'trusted_listing',
  EX14: 'recurring_operation',
  EX16: 'low_value',
  EX17: 'secure_corporate_payment',
  EX18: 'transaction_risk_assessment',
};
const ADYEN: Names = { EX13: 'trustedBeneficiary', EX16: 'lowValue', EX17: 'secureCorporate', EX18: 'transactionRiskAnalysis' };
const BRAINTREE: Names = { EX13: 'trusted_beneficiary', EX16: 'low_value', EX17: 'secure_corporate', EX18: 'transaction_risk_analysis' };
const WORLDPAY: Names = { EX16: 'lowValue', EX18: 'lowRisk' };
const STRIPE: Names = { EX18: 'low_risk' };
const HYPERSWITCH: Names = { EX16: 'three_ds_exemption_requested_low_value', EX18: 'three_ds_exemption_requested_tra' };

/** One field from a table of names; nothing where the interface has no name for the rule: silence claims nothing. */
const named = (field: string, names: Names, rule: ExemptionId | null): Fields => {
  const name = rule === null ? undefined : names[rule];
  return name === undefined ? {} : { [field]: name };
};

function checkoutFields({ rule, payeeInitiated, delegated }: ProviderQuestion): Fields {
  if (payeeInitiated) return { '3ds.exemption': 'out_of_sca_scope' };
  return delegated ? { '3ds.exemption': 'sca_delegation' } : named('3ds.exemption', CHECKOUT, rule);
}

function openBankingFields({ rule, previousPaymentId, decision }: ProviderQuestion): Fields {
  return {
    ...(decision === null ? {} : { 'SCASupportData.AppliedAuthenticationApproach': decision === 'EXEMPT' ? 'SCA' : 'CA' }),
    ...(rule === 'EX14' && previousPaymentId !== null ? { 'SCASupportData.ReferencePaymentOrderId': previousPaymentId } : {}),
    ...(rule === 'EX12' ? { 'SCASupportData.RequestedSCAExemptionType': 'Parking' } : {}),
  };
}

const FORMATS: Readonly<Record<ProviderFormat, (question: ProviderQuestion) => Fields>> = {
  checkout: checkoutFields,
  adyen: ({ rule }) => named('additionalData.scaExemption', ADYEN, rule),
  braintree: ({ rule }) => named('scaExemption', BRAINTREE, rule),
  worldpay: ({ rule }) => named('exemption.type', WORLDPAY, rule),
  stripe: ({ rule }) => named('exemption_indicator', STRIPE, rule),
  hyperswitch: ({ rule }) => named('decision', HYPERSWITCH, rule),
  'ob-uk': openBankingFields,
  'berlin-group': ({ decision }) => (decision === 'EXEMPT' ? { scaStatus: 'exempted' } : {}),
};

export const isProviderFormat = (format: string): format is ProviderFormat => Object.hasOwn(FORMATS, format);

/** The fields of a provider's interface for a decision. Names as their public interface descriptions have them. */
export const providerFields = (format: ProviderFormat, question: ProviderQuestion): Fields => FORMATS[format](question);
