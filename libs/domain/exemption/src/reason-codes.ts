/**
 * Why the law's rules pass or do not. Closed: statistics, the gateway and the ledger count them, and a new one is a change of the contract.
 * A refusal may have several; their order is the order in which a rule looks at its conditions.
 */
export const REASON_CODES = {
  WITHIN_CONDITIONS: 'All conditions of the named exemption are met',
  AMOUNT_OVER_LIMIT: 'The amount exceeds the limit for one payment',
  CUMULATIVE_OVER_LIMIT: 'The cumulative amount exceeds the limit under the configured reading',
  COUNT_OVER_LIMIT: 'The number of payments exceeds the limit under the configured reading',
  WRONG_CHANNEL: 'The exemption does not cover this channel',
  WRONG_INSTRUMENT: 'The exemption does not cover this instrument',
  APPLICANT_NOT_PERMITTED: 'This party may not apply this exemption',
  MONITORING_UNAVAILABLE: 'Transaction monitoring (Article 2) was not available',
  TERMINAL_ATTENDED: 'The terminal is attended',
  PURPOSE_NOT_COVERED: 'The purpose is neither a transport fare nor a parking fee',
  PAYEE_NOT_ON_LIST: "The payee is not on the payer's list of trusted beneficiaries",
  LIST_NOT_CREATED_AT_ASPSP: 'The entry was not made through the account provider',
  LIST_ENTRY_WITHOUT_SCA: 'The entry was made without strong customer authentication',
  NOT_A_SERIES: 'The payment is not part of a series',
  SERIES_FIRST_PAYMENT: 'It is the first payment of the series',
  SERIES_AMENDED: 'The series was changed since its last authentication',
  SERIES_AMOUNT_DIFFERS: 'The amount differs from the series',
  SERIES_PAYEE_DIFFERS: 'The payee differs from the series',
  SERIES_SETUP_WITHOUT_SCA: 'The series was set up without strong customer authentication',
  DIFFERENT_HOLDER: 'The accounts have different holders',
  DIFFERENT_ASPSP: 'The accounts are at different providers',
  NOT_A_LEGAL_PERSON: 'The payer is not a legal person',
  PROCESS_OPEN_TO_CONSUMERS: 'The process is open to consumers',
  PROCESS_NOT_DEDICATED: 'The process or protocol is not a dedicated one',
  AUTHORITY_NOT_SATISFIED: 'The competent authority has not been satisfied of the level of security',
  FRAUD_RATE_OVER_REFERENCE: 'The fraud rate exceeds the reference of the band that covers the amount',
  FRAUD_RATE_UNAVAILABLE: 'There is no usable fraud rate',
  AMOUNT_OVER_ETV: 'The amount exceeds the highest exemption threshold value',
  TRA_CEASED_FOR_BAND: 'Use of transaction risk analysis has ceased for this band',
  TRA_AUDIT_OVERDUE: 'The audit of Article 3(2) is missing',
  RISK_FACTOR_PRESENT: 'At least one risk factor of Article 18(2)(c) was identified',
  RISK_FACTOR_UNASSESSED: 'A risk factor of Article 18(2)(c) could not be assessed',
  RISK_SCORE_HIGH: 'The risk score is above the house threshold',
  RISK_SCORE_MISSING: 'No risk score was computed',
  FX_RATE_MISSING: 'There is no conversion rate',
  FX_RATE_STALE: 'The conversion rate is too old',
  PAYEE_INITIATED: 'The payee initiates the payment (merchant-initiated or direct debit)',
  MOTO: 'Mail order or telephone order',
  ANONYMOUS_INSTRUMENT: 'Anonymous payment instrument',
  ONE_LEG_IN: "The payer's provider is outside the regime",
  ONE_LEG_OUT: "The payee's provider is outside the regime and cannot support strong customer authentication",
  BOTH_PSPS_OUTSIDE: 'Neither provider is inside the regime',
  ACTION_NOT_EXEMPTIBLE: 'An action for which no exemption exists',
  ACCESS_FIRST_TIME: 'First access',
  ACCESS_SCA_TOO_OLD: 'The last strong customer authentication is too long ago',
  ACCESS_HISTORY_TOO_LONG: 'More history than the permitted days was asked for',
  ACCESS_SENSITIVE_DATA: 'Sensitive payment data was asked for',
  ACCESS_SCOPE_TOO_WIDE: 'More than the permitted items was asked for',
  ACCESS_SUSPECTED_FRAUD: 'There is a justified suspicion of fraud',
} as const;

/** Why an exemption was not even tried, or could not be: reasons of the house, not of the law. */
export const HOUSE_REASON_CODES = {
  EXEMPTION_NOT_REQUESTED: 'The gateway asked for strong customer authentication',
  EXEMPTION_NOT_IN_POLICY: 'The policy considers none of the exemptions that could be tried',
  SOFT_DECLINE_RETRY: 'The request follows a soft decline: no exemption is tried again',
  SOFT_DECLINE_FINAL: 'The declined payment had been authenticated already, or was itself the retry: it is a hard decline',
  AMOUNT_OVER_HOUSE_LIMIT: 'The amount exceeds the limit that the house has set for this exemption',
  COUNTER_UNAVAILABLE: 'There is no counter of earlier payments, since the payment names no instrument',
} as const;

export type ReasonCode = keyof typeof REASON_CODES | keyof typeof HOUSE_REASON_CODES;

/** The sentence of a reason, for people. */
export const reasonText = (code: ReasonCode): string => ({ ...REASON_CODES, ...HOUSE_REASON_CODES })[code];
