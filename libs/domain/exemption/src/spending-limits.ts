import { baseAmount, convertBack } from './base-amount';
import type { Channel, CounterKind, Facts, Limits, Spent } from './facts';
import { type Fraction, add, isAtMost, whole, ZERO } from './fraction';
import type { Profile } from './profile';
import type { ReasonCode } from './reason-codes';
import type { Evidence } from './rule';
import type { Settings } from './settings';

const CHANNEL_OF: Readonly<Record<CounterKind, Channel>> = { lowValue: 'remote', contactless: 'contactless_pos' };

export interface LimitCheck {
  readonly reasons: readonly ReasonCode[];
  readonly evidence: Evidence;
}

/**
 * The limits that Articles 11 and 16 share in form: one payment, and what was spent since the last authentication, as an amount or as
 * a number of payments, whichever the provider chose. All of them "do not exceed": the limit itself is inside.
 * Both counters go into the evidence, so that a change of the mode can be checked afterwards.
 */
export function checkLimits(kind: CounterKind, limits: Limits, facts: Facts, profile: Profile, settings: Settings): LimitCheck {
  const spent = facts.counters[kind];
  const evidence = limitEvidence(kind, limits, facts, profile, settings);
  const base = baseAmount(facts, profile, settings);
  if (!base.ok) return { reasons: [base.reason], evidence };
  const local = localMeasure(kind, facts, profile);
  const { single, cumulative, current, previous } = local ?? { ...limits, current: base.minor, previous: spent?.amount ?? ZERO };
  const reasons: ReasonCode[] = [];
  if (!isAtMost(current, whole(single))) reasons.push('AMOUNT_OVER_LIMIT');
  // Only the counter of the payment's own channel is looked up: of another one, the wrong channel is reason enough.
  if (spent === null) reasons.push(...(facts.channel === CHANNEL_OF[kind] ? (['COUNTER_UNAVAILABLE'] as const) : []));
  else
    reasons.push(
      ...checkCounter({ mode: modeOf(kind, settings), reading: settings.counterReading, previous, current, cumulative, spent, count: (local ?? limits).count }),
    );
  return { reasons, evidence: local === null ? evidence : { ...evidence, localLimits: true } };
}

interface Measure {
  readonly single: bigint;
  readonly cumulative: bigint;
  readonly count: number;
  readonly current: Fraction;
  readonly previous: Fraction;
}

/** A table of the payment's own currency goes before conversion: then both amounts are measured in that currency. */
function localMeasure(kind: CounterKind, { amount, rate, localLimits, counters }: Facts, profile: Profile): Measure | null {
  const limits = amount === null ? undefined : localLimits.get(amount.currency)?.[kind];
  if (amount === null || limits === undefined || rate === null || amount.currency === profile.currency) return null;
  const previous = convertBack(counters[kind]?.amount ?? ZERO, rate.unitsPerBase, profile.currency, amount.currency);
  return previous === null ? null : { ...limits, current: whole(amount.minor), previous };
}

interface CounterTest {
  readonly mode: Settings['lowValueMode'];
  readonly reading: Settings['counterReading'];
  readonly previous: Fraction;
  readonly current: Fraction;
  readonly cumulative: bigint;
  readonly spent: Spent;
  readonly count: number;
}

function checkCounter({ mode, reading, previous, current, cumulative, spent, count }: CounterTest): ReasonCode[] {
  const counted = reading === 'inclusive';
  if (mode === 'count') return spent.count + (counted ? 1 : 0) <= count ? [] : ['COUNT_OVER_LIMIT'];
  return isAtMost(counted ? add(previous, current) : previous, whole(cumulative)) ? [] : ['CUMULATIVE_OVER_LIMIT'];
}

const modeOf = (kind: CounterKind, settings: Settings): Settings['lowValueMode'] => (kind === 'lowValue' ? settings.lowValueMode : settings.contactlessMode);

function limitEvidence(kind: CounterKind, limits: Limits, { amount, rate, counters }: Facts, { currency }: Profile, settings: Settings): Evidence {
  const spent = counters[kind];
  return {
    amount,
    singleLimit: { minor: limits.single, currency },
    counterMode: modeOf(kind, settings),
    counterReading: settings.counterReading,
    spentAmount: spent === null ? null : { minor: spent.amount, currency },
    spentCount: spent === null ? null : spent.count,
    cumulativeLimit: { minor: limits.cumulative, currency },
    countLimit: limits.count,
    ...(amount === null || amount.currency === currency
      ? {}
      : { unitsPerBase: rate === null ? null : rate.unitsPerBase, rateAgeHours: rate === null ? null : rate.ageHours }),
  };
}
