import { Flag, Numeric, OneOf, OneOfList, Optional, OptionalOrNull, Part, Rate, Text, Whole } from '../fields';

export const INSTRUMENTS = ['card', 'credit_transfer', 'direct_debit'] as const;
export type Instrument = (typeof INSTRUMENTS)[number];
export const CHANNELS = ['remote', 'contactless_pos', 'contact_pos'] as const;
export type Channel = (typeof CHANNELS)[number];
export const INITIATORS = ['payer', 'payee'] as const;
export type Initiator = (typeof INITIATORS)[number];
export const PSP_PLACES = ['EEA', 'UK', 'OTHER'] as const;
export type PspPlace = (typeof PSP_PLACES)[number];
export const TERMINAL_PURPOSES = ['goods', 'services', 'transport_fare', 'parking_fee', 'ev_charging', 'other'] as const;
export type TerminalPurpose = (typeof TERMINAL_PURPOSES)[number];
export const ACCESS_ITEMS = ['balance', 'transactions', 'beneficiaries', 'other'] as const;
export type AccessItem = (typeof ACCESS_ITEMS)[number];

/** Conversion into the profile's currency. */
export class FxFacts {
  @Rate('Units of the transaction currency for one unit of the base currency, as the ECB quotes.')
  unitsPerBase!: string;

  @Numeric('Age of the rate in hours.', { min: 0, max: 87_600 })
  ageHours!: number;

  @Optional()
  @Text('Where the rate comes from.', { max: 64 })
  source?: string;
}

/** Article 12: unattended terminals for transport fares and parking fees. */
export class TerminalFacts {
  @Flag('Whether nobody attends the terminal.')
  unattended!: boolean;

  @OneOf('What is paid for at the terminal.', TERMINAL_PURPOSES)
  purpose!: TerminalPurpose;
}

/** Article 15: transfers between accounts of the same person. */
export class OwnFacts {
  @Flag('Whether both accounts have the same holder.')
  sameHolder!: boolean;

  @Flag('Whether both accounts are at the same account provider.')
  sameAspsp!: boolean;
}

/** Article 17: corporate processes and protocols. */
export class CorporateFacts {
  @Flag('Whether the payer is a legal person.')
  payerIsLegalPerson!: boolean;

  @Flag('Whether consumers can use the process.')
  payerIsConsumer!: boolean;

  @Flag('Whether the process or protocol is dedicated to payers who are no consumers.')
  dedicatedProcess!: boolean;

  @Flag('Whether the competent authority is satisfied with the security of the process.')
  authoritySatisfied!: boolean;
}

/** Article 14: only which series it is. Its state is the engine's own. */
export class SeriesFacts {
  @Text('Id of the series that this payment belongs to.', { max: 128 })
  id!: string;
}

/** Articles 10 and 10a: access to account information. */
export class AccessFacts {
  @OneOf('direct: the user goes to the account provider; aisp: through an account information service.', ['direct', 'aisp'])
  via!: 'direct' | 'aisp';

  @Optional()
  @Flag('Whether this is the first access.')
  first?: boolean;

  @Optional()
  @Whole('Days since strong customer authentication was last applied to this access.', { min: 0, max: 36_500 })
  daysSinceSca?: number;

  @OneOfList('What is asked for.', ACCESS_ITEMS, { minItems: 1 })
  items!: AccessItem[];

  @Optional()
  @Whole('How many days of payments are asked for.', { min: 0, max: 36_500 })
  txHistoryDays?: number;

  @Optional()
  @Flag('Whether sensitive payment data is asked for.')
  sensitive?: boolean;

  @Optional()
  @Flag('Whether there is an objectively justified and evidenced suspicion of fraud.')
  suspectedFraud?: boolean;
}

/** Article 2: transaction monitoring. */
export class MonitoringFacts {
  @Flag('Whether transaction monitoring was available for this request.')
  available!: boolean;
}

/** Article 18(2)(c): null says that the factor could not be assessed. */
export class RiskFlags {
  @OptionalOrNull()
  @Flag('Abnormal spending or behavioural pattern.')
  abnormalSpending?: boolean | null;

  @OptionalOrNull()
  @Flag('Unusual information about the device or software used for access.')
  unusualDevice?: boolean | null;

  @OptionalOrNull()
  @Flag('Malware in a session of the authentication procedure.')
  malware?: boolean | null;

  @OptionalOrNull()
  @Flag('Known fraud scenario.')
  knownFraudScenario?: boolean | null;

  @OptionalOrNull()
  @Flag('Abnormal location of the payer.')
  abnormalPayerLocation?: boolean | null;

  @OptionalOrNull()
  @Flag('High-risk location of the payee.')
  highRiskPayeeLocation?: boolean | null;
}

/** Article 18: what real-time risk analysis found. */
export class RiskFacts {
  @Optional()
  @Part('The six factors of Article 18(2)(c).', () => RiskFlags)
  flags?: RiskFlags;

  @Optional()
  @Numeric('The risk score of this payment (Article 18(3)): 0 no risk, 100 certain fraud.', { min: 0, max: 100 })
  score?: number;
}

/** What only the gateway knows for the exemption rules. Counters, trusted payees, series state, fraud rates and band states are the engine's own. */
export class Facts {
  @Optional()
  @OneOf('Payment instrument.', INSTRUMENTS)
  instrument?: Instrument;

  @Optional()
  @OneOf('Where the payment is made.', CHANNELS)
  channel?: Channel;

  @Optional()
  @OneOf('Who triggers the payment: `payee` for merchant-initiated transactions.', INITIATORS)
  initiator?: Initiator;

  @Optional()
  @Flag('Mail order or telephone order.')
  moto?: boolean;

  @Optional()
  @Flag('Anonymous prepaid instrument.')
  anonymousInstrument?: boolean;

  @Optional()
  @OneOf("Where the payer's payment service provider is established.", PSP_PLACES)
  payerPsp?: PspPlace;

  @Optional()
  @OneOf("Where the payee's payment service provider is established.", PSP_PLACES)
  payeePsp?: PspPlace;

  @Optional()
  @Flag("Whether the payee's side can support strong customer authentication.")
  payeeSideCanSupportSca?: boolean;

  @Optional()
  @Text('Who would apply the exemption: `payer_psp` or `payee_psp`; the engine refuses anything else.', {
    max: 64,
    pattern: '^[a-z][a-z0-9_]*$',
    form: 'lower-case letters, digits and underscores, for example "payer_psp"',
  })
  applicant?: string;

  @OptionalOrNull()
  @Part("Conversion into the profile's currency, for payments in another one.", () => FxFacts)
  fx?: FxFacts | null;

  @Optional()
  @Part('Terminal facts (Article 12).', () => TerminalFacts)
  terminal?: TerminalFacts;

  @Optional()
  @Part('Own accounts (Article 15).', () => OwnFacts)
  own?: OwnFacts;

  @Optional()
  @Part('Corporate payments (Article 17).', () => CorporateFacts)
  corporate?: CorporateFacts;

  @Optional()
  @Part('Recurring payments (Article 14).', () => SeriesFacts)
  series?: SeriesFacts;

  @Optional()
  @Part('Access to account information (Articles 10 and 10a).', () => AccessFacts)
  access?: AccessFacts;

  @Optional()
  @Part('Transaction monitoring (Article 2).', () => MonitoringFacts)
  monitoring?: MonitoringFacts;

  @Optional()
  @Part('Real-time risk analysis (Article 18).', () => RiskFacts)
  risk?: RiskFacts;
}
