import type { ExemptionId } from '../rule';

/** What an authorisation message can say about authentication that was left out. */
export type AuthorisationMark = ExemptionId | 'MIT' | 'DELEGATED' | 'OUTAGE';

/** ISO 20022 `AuthntcnXmptn` of card messages. Only what the code list has. */
const ISO_20022: Readonly<Partial<Record<AuthorisationMark, string>>> = {
  MIT: 'MINT',
  EX18: 'TRAE',
  EX14: 'RECP',
  EX16: 'LOWA',
  DELEGATED: 'SCAD',
  EX17: 'SCPE',
  EX13: 'TMBE',
  EX12: 'PKGE',
};

/** Mastercard DE 48, sub-element 22, subfield 01 (Low-Risk Merchant Indicator). Numbers as remembered: check against the licensed text. */
const MASTERCARD: Readonly<Partial<Record<AuthorisationMark, string>>> = {
  MIT: '01',
  EX18: '02',
  EX14: '03',
  EX16: '04',
  DELEGATED: '05',
  EX17: '06',
  OUTAGE: '07',
};

/** Visa field 34, data set 4A, by tag. Tags as inferred from issuer result codes: check against the licensed text. */
const VISA: Readonly<Partial<Record<AuthorisationMark, string>>> = { EX13: '84', EX16: '87', EX17: '88', EX18: '89', DELEGATED: '8A' };

/** Cybersource `strongAuthentication.*`: only one of them may be sent at a time. */
const CYBERSOURCE: Readonly<Partial<Record<AuthorisationMark, string>>> = {
  EX18: 'riskAnalysisExemptionIndicator',
  EX16: 'lowValueExemptionIndicator',
  DELEGATED: 'delegatedAuthenticationExemptionIndicator',
  EX17: 'secureCorporatePaymentIndicator',
  EX13: 'trustedMerchantExemptionIndicator',
};

/** Thredd's letter in its authentication field. */
const THREDD: Readonly<Partial<Record<AuthorisationMark, string>>> = {
  MIT: 'M',
  EX18: 'A',
  EX14: 'R',
  EX16: 'V',
  DELEGATED: 'D',
  EX17: 'C',
  EX13: 'T',
  OUTAGE: 'O',
  EX12: '1',
};

export type AuthorisationFormat = 'iso20022-caaa' | 'mastercard' | 'visa' | 'cybersource' | 'thredd';

const TABLES: Readonly<Record<AuthorisationFormat, Readonly<Partial<Record<AuthorisationMark, string>>>>> = {
  'iso20022-caaa': ISO_20022,
  mastercard: MASTERCARD,
  visa: VISA,
  cybersource: CYBERSOURCE,
  thredd: THREDD,
};

export const isAuthorisationFormat = (format: string): format is AuthorisationFormat => Object.hasOwn(TABLES, format);

/** The value that a format has for a mark, or null: then nothing is said there, which claims nothing. */
export const authorisationValue = (format: AuthorisationFormat, mark: AuthorisationMark): string | null => TABLES[format][mark] ?? null;

const FIELD: Readonly<Record<AuthorisationFormat, (value: string) => readonly [string, string]>> = {
  'iso20022-caaa': (value) => ['AuthntcnXmptn', value],
  mastercard: (value) => ['DE48.SE22.SF01', value],
  visa: (value) => [`F34.4A.${value}`, '1'],
  cybersource: (value) => [`strongAuthentication.${value}`, '1'],
  thredd: (value) => ['authenticationExemption', value],
};

/** The field of an authorisation message with its value; empty where the format has none for the mark. */
export function authorisationField(format: AuthorisationFormat, mark: AuthorisationMark): Readonly<Record<string, string>> {
  const value = authorisationValue(format, mark);
  return value === null ? {} : Object.fromEntries([FIELD[format](value)]);
}
