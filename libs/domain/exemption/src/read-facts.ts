import { currencyDigits, parseMoney, type Result, ok, refuse } from '@assent/kernel';
import type { CounterKind, ExchangeRate, Facts, Limits, LocalLimits, RiskAnalysis, Spent } from './facts';
import { factsShape, type WrittenFacts } from './facts-shape';
import { fractionOf, reduced } from './fraction';
import { PROFILES, type Profile } from './profile';
import type { PaymentExemptionId } from './rule';
import { DEFAULT_SETTINGS, type Settings } from './settings';

/** One field that cannot be read: its path as in `counters.lowValue.cumulative`, and what is wanted. Never its content. */
export interface FactRefusal {
  readonly field: string;
  readonly message: string;
}

/** Facts that somebody wrote down, with the regime under which they want them judged. */
export interface ReadFacts {
  readonly facts: Facts;
  readonly profile: Profile;
  readonly settings: Settings;
  readonly consider: readonly PaymentExemptionId[];
}

class Unreadable extends Error {
  constructor(
    readonly field: string,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Reads facts in their written form (`facts-shape.ts`), complete: use `withDefaults` first where a part is given. Refuses unknown
 * fields, profiles, currencies and numbers that are no plain decimals.
 */
export function readFacts(written: unknown): Result<ReadFacts, readonly FactRefusal[]> {
  const shape = factsShape.safeParse(written);
  if (!shape.success) return refuse(shape.error.issues.map((issue) => ({ field: issue.path.join('.'), message: issue.message })));
  const profile = PROFILES.get(shape.data.profile);
  if (profile === undefined) return refuse([{ field: 'profile', message: `must be one of ${[...PROFILES.keys()].join(', ')}` }]);
  const facts = readable(() => factsOf(shape.data, profile));
  if (!facts.ok) return refuse([facts.error]);
  return ok({ facts: facts.value, profile, settings: { ...DEFAULT_SETTINGS, ...definedOnly(shape.data.config) }, consider: shape.data.consider });
}

function readable<T>(read: () => T): Result<T, FactRefusal> {
  try {
    return ok(read());
  } catch (error) {
    if (error instanceof Unreadable) return refuse({ field: error.field, message: error.message });
    throw error;
  }
}

type JsonObject = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A delta laid over full facts: objects merge, scalars and lists replace. Unknown names stay in, so that `readFacts` refuses them. */
export function withDefaults(given: unknown, defaults: JsonObject): unknown {
  if (!isObject(given)) return given;
  const merged: Record<string, unknown> = { ...defaults };
  for (const [name, value] of Object.entries(given)) {
    const base = Object.hasOwn(defaults, name) ? defaults[name] : undefined;
    Object.defineProperty(merged, name, {
      value: isObject(base) && isObject(value) ? withDefaults(value, base) : value,
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return merged;
}

function definedOnly(config: Partial<{ [Name in keyof Settings]: Settings[Name] | undefined }>): Partial<Settings> {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
}

function factsOf(written: WrittenFacts, profile: Profile): Facts {
  const base = profile.currency;
  return {
    action: written.action,
    instrument: written.instrument,
    channel: written.channel,
    initiator: written.initiator,
    moto: written.moto,
    anonymousInstrument: written.anonymousInstrument,
    payerPsp: written.payerPsp,
    payeePsp: written.payeePsp,
    payeeSideCanSupportSca: written.payeeSideCanSupportSca,
    applicant: written.applicant,
    amount: written.amount === null ? null : { minor: minorUnits(written.amount.value, written.amount.currency, 'amount'), currency: written.amount.currency },
    rate: rateOf(written.fx),
    localLimits: new Map(Object.entries(written.localThresholds ?? {}).map(([currency, kinds]) => [currency, limitsByKind(currency, kinds)])),
    monitoringAvailable: written.monitoring.available,
    counters: {
      lowValue: spentOf(written.counters.lowValue, base, 'counters.lowValue'),
      contactless: spentOf(written.counters.contactless, base, 'counters.contactless'),
    },
    terminal: written.terminal,
    payeeList: written.payeeList,
    series: written.series,
    own: written.own,
    corporate: written.corporate,
    riskAnalysis: riskAnalysisOf(written.tra, base),
    access: accessOf(written.access),
  };
}

function minorUnits(value: string, currency: string, field: string): bigint {
  const money = parseMoney(value, currency);
  if (!money.ok) throw new Unreadable(field, `must be a decimal string in the currency's own number of decimals (${money.error})`);
  return money.value.minor;
}

function rateOf(fx: WrittenFacts['fx']): ExchangeRate | null {
  if (fx === null) return null;
  const unitsPerBase = fractionOf(fx.unitsPerBase);
  if (unitsPerBase === null || unitsPerBase.numerator === 0n) throw new Unreadable('fx.unitsPerBase', 'must be a decimal above zero');
  return { unitsPerBase, ageHours: fx.ageHours };
}

/** Counters are unrounded: their written form may have more decimals than the currency. */
function spentOf(spent: WrittenFacts['counters']['lowValue'], currency: string, field: string): Spent | null {
  if (spent === null) return null;
  const amount = fractionOf(spent.cumulative);
  if (amount === null) throw new Unreadable(`${field}.cumulative`, 'must be a decimal string');
  return { amount: reduced(amount.numerator * 10n ** BigInt(currencyDigits(currency) ?? 0), amount.denominator), count: spent.count };
}

/** Limits in currencies other than the profile's, from their written form. */
export function localLimitsOf(written: WrittenLocalLimits): Result<LocalLimits, FactRefusal> {
  return readable(() => new Map(Object.entries(written).map(([currency, kinds]) => [currency, limitsByKind(currency, kinds)])));
}

type WrittenLocalLimits = NonNullable<WrittenFacts['localThresholds']>;
type LimitsByKind = Partial<Record<CounterKind, Limits>>;

function limitsByKind(currency: string, { lowValue, contactless }: WrittenLocalLimits[string]): LimitsByKind {
  const read = (kind: CounterKind, written: WrittenLocalLimits[string]['lowValue']): LimitsByKind =>
    written === undefined ? {} : { [kind]: limitsOf(written, (value, field) => minorUnits(value, currency, `localThresholds.${currency}.${kind}.${field}`)) };
  return { ...read('lowValue', lowValue), ...read('contactless', contactless) };
}

function limitsOf(
  { single, cumulative, count }: { single: string; cumulative: string; count: number },
  minor: (value: string, field: string) => bigint,
): Limits {
  return { single: minor(single, 'single'), cumulative: minor(cumulative, 'cumulative'), count };
}

function riskAnalysisOf(tra: WrittenFacts['tra'], currency: string): RiskAnalysis {
  const { fraudValue, totalValue } = tra.fraudRate;
  const thresholds = Object.entries(tra.exceededConsecutiveQuarters);
  return {
    fraudRate:
      fraudValue === null || totalValue === null
        ? null
        : {
            fraudValue: minorUnits(fraudValue, currency, 'tra.fraudRate.fraudValue'),
            totalValue: minorUnits(totalValue, currency, 'tra.fraudRate.totalValue'),
          },
    exceededConsecutiveQuarters: new Map(
      thresholds.map(([threshold, quarters]) => [minorUnits(threshold, currency, 'tra.exceededConsecutiveQuarters'), quarters]),
    ),
    ceasedThresholds: new Set(tra.ceasedEtv.map((threshold) => minorUnits(threshold, currency, 'tra.ceasedEtv'))),
    firstYearExternalAudit: tra.firstYearExternalAudit,
    yearlyAudit: tra.yearlyAudit,
    flags: tra.flags,
    score: tra.score,
  };
}

const accessOf = ({ via, first, daysSinceSca, items, txHistoryDays, sensitive, suspectedFraud }: WrittenFacts['access']): Facts['access'] => ({
  via,
  first,
  daysSinceSca,
  items,
  historyDays: txHistoryDays,
  sensitive,
  suspectedFraud,
});
