import type { Money } from '@assent/kernel';
import type { Fraction } from './fraction';

export type Instrument = 'card' | 'credit_transfer' | 'direct_debit';
export type Channel = 'remote' | 'contactless_pos' | 'contact_pos';
export type Party = 'payer' | 'payee';
/** Where a payment service provider sits. Only this decides about scope; where the payer stands does not matter. */
export type Area = 'EEA' | 'UK' | 'OTHER';

/** A rate as the European Central Bank quotes it: units of the payment's currency for one unit of the profile's. */
export interface ExchangeRate {
  readonly unitsPerBase: Fraction;
  readonly ageHours: number;
}

/** What was spent without strong customer authentication since the last one, before the payment under decision. */
export interface Spent {
  /** In minor units of the profile's currency, unrounded. */
  readonly amount: Fraction;
  readonly count: number;
}

/** The limits of Articles 11 and 16. */
export interface Limits {
  /** In minor units. */
  readonly single: bigint;
  readonly cumulative: bigint;
  readonly count: number;
}

export type CounterKind = 'lowValue' | 'contactless';

/** Limits in another currency than the profile's, which go before conversion (section 1.2 of the rules). */
export type LocalLimits = ReadonlyMap<string, Readonly<Partial<Record<CounterKind, Limits>>>>;

/** The factors of Article 18(2)(c). Null: could not be assessed, which is not "not identified". */
export interface RiskFlags {
  readonly abnormalSpending: boolean | null;
  readonly unusualDevice: boolean | null;
  readonly malware: boolean | null;
  readonly knownFraudScenario: boolean | null;
  readonly abnormalPayerLocation: boolean | null;
  readonly highRiskPayeeLocation: boolean | null;
}

/** What the risk analysis of Article 18 stands on. */
export interface RiskAnalysis {
  /** Article 19: both sums in minor units of the profile's currency, over one quarter. Null: never computed. */
  readonly fraudRate: { readonly fraudValue: bigint; readonly totalValue: bigint } | null;
  /** For each band, by its threshold in minor units: how many quarters in a row the rate has exceeded the reference. */
  readonly exceededConsecutiveQuarters: ReadonlyMap<bigint, number>;
  /** Bands whose use has ceased (Article 20), by their threshold in minor units. */
  readonly ceasedThresholds: ReadonlySet<bigint>;
  readonly firstYearExternalAudit: boolean | null;
  readonly yearlyAudit: boolean | null;
  readonly flags: RiskFlags;
  readonly score: number | null;
}

/**
 * Everything that a decision may look at. Null means "not known", and a rule that needs an unknown fact does not pass:
 * the facts never guess, and what a policy assumes is written into them before they come here, in plain sight.
 */
export interface Facts {
  /** `payment`, `account_access`, `login` or a risky action. */
  readonly action: string;
  readonly instrument: Instrument | null;
  readonly channel: Channel | null;
  readonly initiator: Party | null;
  readonly moto: boolean | null;
  readonly anonymousInstrument: boolean | null;
  readonly payerPsp: Area | null;
  readonly payeePsp: Area | null;
  readonly payeeSideCanSupportSca: boolean | null;
  /** Who applies the exemption: `payer_psp`, `payee_psp`; anyone else may not. */
  readonly applicant: string | null;
  /** Null for what is no payment. */
  readonly amount: Money | null;
  readonly rate: ExchangeRate | null;
  readonly localLimits: LocalLimits;
  readonly monitoringAvailable: boolean | null;
  /** Null: there is no counter, since nobody knows the instrument. */
  readonly counters: Readonly<Record<CounterKind, Spent | null>>;
  readonly terminal: { readonly unattended: boolean | null; readonly purpose: string | null };
  readonly payeeList: { readonly onList: boolean | null; readonly createdVia: string | null; readonly scaAtCreation: boolean | null };
  readonly series: {
    readonly isSeries: boolean | null;
    readonly first: boolean | null;
    readonly amended: boolean | null;
    readonly sameAmount: boolean | null;
    readonly samePayee: boolean | null;
    readonly firstHadSca: boolean | null;
  };
  readonly own: { readonly sameHolder: boolean | null; readonly sameAspsp: boolean | null };
  readonly corporate: {
    readonly payerIsLegalPerson: boolean | null;
    readonly payerIsConsumer: boolean | null;
    readonly dedicatedProcess: boolean | null;
    readonly authoritySatisfied: boolean | null;
  };
  readonly riskAnalysis: RiskAnalysis;
  readonly access: {
    /** `direct` or `aisp`. */
    readonly via: string | null;
    readonly first: boolean | null;
    readonly daysSinceSca: number | null;
    readonly items: readonly string[] | null;
    readonly historyDays: number | null;
    readonly sensitive: boolean | null;
    readonly suspectedFraud: boolean | null;
  };
}

const UNASSESSED: RiskFlags = {
  abnormalSpending: null,
  unusualDevice: null,
  malware: null,
  knownFraudScenario: null,
  abnormalPayerLocation: null,
  highRiskPayeeLocation: null,
};

/** Facts of which nothing is known: what a caller knows is laid over them, the rest stays unknown and exempts nothing. */
export const UNKNOWN_FACTS: Facts = {
  action: 'payment',
  instrument: null,
  channel: null,
  initiator: null,
  moto: null,
  anonymousInstrument: null,
  payerPsp: null,
  payeePsp: null,
  payeeSideCanSupportSca: null,
  applicant: null,
  amount: null,
  rate: null,
  localLimits: new Map(),
  monitoringAvailable: null,
  counters: { lowValue: null, contactless: null },
  terminal: { unattended: null, purpose: null },
  payeeList: { onList: null, createdVia: null, scaAtCreation: null },
  series: { isSeries: null, first: null, amended: null, sameAmount: null, samePayee: null, firstHadSca: null },
  own: { sameHolder: null, sameAspsp: null },
  corporate: { payerIsLegalPerson: null, payerIsConsumer: null, dedicatedProcess: null, authoritySatisfied: null },
  riskAnalysis: {
    fraudRate: null,
    exceededConsecutiveQuarters: new Map(),
    ceasedThresholds: new Set(),
    firstYearExternalAudit: null,
    yearlyAudit: null,
    flags: UNASSESSED,
    score: null,
  },
  access: { via: null, first: null, daysSinceSca: null, items: null, historyDays: null, sensitive: null, suspectedFraud: null },
};
