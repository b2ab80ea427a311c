import { z } from 'zod';
import { PAYMENT_EXEMPTION_IDS } from './rule';

/**
 * The written form of facts: what `explain`, the vectors and the command line read. Field names are the vectors'. Every object is
 * strict, since a misspelt fact must not silently mean "absent". Whatever may be unknown may be null.
 */
const known = z.boolean().nullable();
const decimal = z.string().max(40);
const limits = z.strictObject({ single: decimal, cumulative: decimal, count: z.int().min(0) });
const spent = z.strictObject({ cumulative: decimal, count: z.int().min(0).max(1_000_000) });

export const settingsShape = z.strictObject({
  counterReading: z.enum(['inclusive', 'literal']),
  counterScope: z.enum(['all_unauthenticated', 'this_exemption_only']),
  lowValueMode: z.enum(['amount', 'count']),
  contactlessMode: z.enum(['amount', 'count']),
  lowValueMonitoring: z.enum(['not_required', 'refuse_when_down', 'required']),
  fxMaxAgeHours: z.number().min(0),
  traGraceQuarter: z.boolean(),
  riskScoreMax: z.number(),
  aisBothItemsAllowed: z.boolean(),
});

export const localThresholdsShape = z.record(z.string().max(3), z.strictObject({ lowValue: limits.optional(), contactless: limits.optional() }));

const riskFlags = z.strictObject({
  abnormalSpending: known,
  unusualDevice: known,
  malware: known,
  knownFraudScenario: known,
  abnormalPayerLocation: known,
  highRiskPayeeLocation: known,
});

export const factsShape = z.strictObject({
  profile: z.string(),
  asOf: z.iso.datetime().optional(),
  action: z.string().max(64),
  instrument: z.enum(['card', 'credit_transfer', 'direct_debit']).nullable(),
  channel: z.enum(['remote', 'contactless_pos', 'contact_pos']).nullable(),
  initiator: z.enum(['payer', 'payee']).nullable(),
  moto: known,
  anonymousInstrument: known,
  payerPsp: z.enum(['EEA', 'UK', 'OTHER']).nullable(),
  payeePsp: z.enum(['EEA', 'UK', 'OTHER']).nullable(),
  payeeSideCanSupportSca: known,
  applicant: z.string().max(64).nullable(),
  amount: z.strictObject({ value: decimal, currency: z.string().max(3) }).nullable(),
  fx: z.strictObject({ unitsPerBase: decimal, ageHours: z.number().min(0), source: z.string().max(64).optional() }).nullable(),
  localThresholds: localThresholdsShape.nullable(),
  consider: z.array(z.enum(PAYMENT_EXEMPTION_IDS)).max(PAYMENT_EXEMPTION_IDS.length),
  monitoring: z.strictObject({ available: known }),
  config: settingsShape.partial(),
  counters: z.strictObject({ lowValue: spent.nullable(), contactless: spent.nullable() }),
  terminal: z.strictObject({ unattended: known, purpose: z.string().max(64).nullable() }),
  payeeList: z.strictObject({ onList: known, createdVia: z.string().max(64).nullable(), scaAtCreation: known }),
  series: z.strictObject({ isSeries: known, first: known, amended: known, sameAmount: known, samePayee: known, firstHadSca: known }),
  own: z.strictObject({ sameHolder: known, sameAspsp: known }),
  corporate: z.strictObject({ payerIsLegalPerson: known, payerIsConsumer: known, dedicatedProcess: known, authoritySatisfied: known }),
  tra: z.strictObject({
    fraudRate: z.strictObject({ fraudValue: decimal.nullable(), totalValue: decimal.nullable() }),
    exceededConsecutiveQuarters: z.record(decimal, z.int().min(0)),
    ceasedEtv: z.array(decimal),
    firstYearExternalAudit: known,
    yearlyAudit: known,
    flags: riskFlags,
    score: z.number().nullable(),
  }),
  access: z.strictObject({
    via: z.string().max(64).nullable(),
    first: known,
    daysSinceSca: z.number().min(0).nullable(),
    items: z.array(z.string().max(64)).max(32).nullable(),
    txHistoryDays: z.number().min(0).nullable(),
    sensitive: known,
    suspectedFraud: known,
  }),
});

export type WrittenFacts = z.infer<typeof factsShape>;
