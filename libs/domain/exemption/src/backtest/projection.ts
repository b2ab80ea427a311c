import type { RiskBand } from '../profile';
import { type FraudRate, highestBand } from '../risk-books/fraud-rate';
import type { Movement } from './replay';

/** What a policy would have made of the past, for one instrument's remote payments. Rates in basis points. */
export interface Projection {
  readonly instrument: 'card' | 'credit_transfer';
  /** As it was. */
  readonly observed: FraudRate;
  readonly observedBasisPoints: number | null;
  /** With every payment that changes its way at the fraud rate of its new one. */
  readonly projectedBasisPoints: number | null;
  /** 95 %: what chance alone would make of so few frauds. */
  readonly lowBasisPoints: number | null;
  readonly highBasisPoints: number | null;
  /** Highest threshold (minor units) that the rate unlocks, at the projected rate and at the upper end; null: none. */
  readonly band: bigint | null;
  readonly bandAtWorst: bigint | null;
  /** Of the value: how much changes its way. */
  readonly movedShare: number;
}

/** Two-sided 95 % of a normal distribution. */
const NORMAL_95 = 1.96;
const BASIS_POINTS = 10_000;
/** Rates are statistics from here on, and no decision is made by them; money is whole minor units up to 2^53, which is exact. */
const toNumber = (minor: bigint): number => Number(minor);

interface Rate {
  readonly value: number;
  readonly fraud: number;
  /** Variance of the fraud value, were frauds to come by chance (compound Poisson). */
  readonly variance: number;
}

/**
 * Projects the rate of Article 19. A payment that keeps its way keeps its fraud. One that changes it gets the rate that payments on the new way
 * have had, since fraud follows the weaker check; where there were none, its own. That is an estimate, and the interval says how good a one.
 */
export function project(instrument: 'card' | 'credit_transfer', movements: Iterable<Movement>, bands: readonly RiskBand[]): Projection {
  const own = [...movements].filter((one) => one.instrument === instrument && one.remote && one.from !== 'OUT_OF_SCOPE' && one.to !== 'OUT_OF_SCOPE');
  const observed = { fraudValue: own.reduce((sum, one) => sum + one.fraudValue, 0n), totalValue: own.reduce((sum, one) => sum + one.value, 0n) };
  const rates = ratesByPath(own);
  let fraud = 0;
  let variance = 0;
  let moved = 0;
  for (const one of own) {
    const expected = expectation(one, rates);
    fraud += expected.fraud;
    variance += expected.variance;
    if (one.from !== one.to) moved += toNumber(one.value);
  }
  const total = toNumber(observed.totalValue);
  const spread = NORMAL_95 * Math.sqrt(variance);
  const points = (minor: number): number | null => (total > 0 ? (Math.max(0, minor) * BASIS_POINTS) / total : null);
  const bandOf = (minor: number): bigint | null =>
    highestBand({ fraudValue: BigInt(Math.ceil(Math.max(0, minor))), totalValue: observed.totalValue }, bands)?.threshold ?? null;
  return {
    instrument,
    observed,
    observedBasisPoints: points(toNumber(observed.fraudValue)),
    projectedBasisPoints: points(fraud),
    lowBasisPoints: points(fraud - spread),
    highBasisPoints: points(fraud + spread),
    band: bandOf(fraud),
    bandAtWorst: bandOf(fraud + spread),
    movedShare: total > 0 ? moved / total : 0,
  };
}

function ratesByPath(movements: readonly Movement[]): ReadonlyMap<string, Rate> {
  const rates = new Map<string, Rate>();
  for (const { from, value, fraudValue, fraudSquares } of movements) {
    const known = rates.get(from) ?? { value: 0, fraud: 0, variance: 0 };
    // Squares are in units of the currency; a hundred minor units make one.
    rates.set(from, { value: known.value + toNumber(value), fraud: known.fraud + toNumber(fraudValue), variance: known.variance + fraudSquares * 10_000 });
  }
  return rates;
}

function expectation(movement: Movement, rates: ReadonlyMap<string, Rate>): { readonly fraud: number; readonly variance: number } {
  const own = { fraud: toNumber(movement.fraudValue), variance: movement.fraudSquares * 10_000 };
  const rate = rates.get(movement.to);
  if (movement.from === movement.to || rate === undefined || rate.value === 0) return own;
  const part = toNumber(movement.value) / rate.value;
  // The same few frauds are scaled up: their chance goes up with the square.
  return { fraud: rate.fraud * part, variance: rate.variance * part * part };
}
