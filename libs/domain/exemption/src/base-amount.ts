import { currencyDigits, type Money } from '@assent/kernel';
import type { Facts } from './facts';
import { type Fraction, divide, multiply, reduced, whole } from './fraction';
import type { Profile } from './profile';
import type { Settings } from './settings';

/** An amount in minor units of a currency, unrounded. */
export interface ExactMoney {
  readonly minor: Fraction;
  readonly currency: string;
}

export type BaseAmount =
  { readonly ok: true; readonly minor: Fraction } | { readonly ok: false; readonly reason: 'AMOUNT_OVER_LIMIT' | 'FX_RATE_MISSING' | 'FX_RATE_STALE' };

const unitsPerMinor = (currency: string): bigint | null => {
  const digits = currencyDigits(currency);
  return digits === null ? null : 10n ** BigInt(digits);
};

/**
 * The payment's amount in minor units of the profile's currency, exact. The law speaks only of its own currency and nobody has said
 * how to convert: so the rate must be there and young enough, and nothing is rounded (section 1.2).
 */
export function baseAmount(facts: Facts, profile: Profile, settings: Settings): BaseAmount {
  const { amount, rate } = facts;
  // A payment without an amount does not come from the wire; were there one, no limit would be known to hold.
  if (amount === null) return { ok: false, reason: 'AMOUNT_OVER_LIMIT' };
  if (amount.currency === profile.currency) return { ok: true, minor: whole(amount.minor) };
  if (rate === null) return { ok: false, reason: 'FX_RATE_MISSING' };
  if (!(rate.ageHours <= settings.fxMaxAgeHours)) return { ok: false, reason: 'FX_RATE_STALE' };
  const converted = convert(amount, rate.unitsPerBase, profile.currency);
  return converted === null ? { ok: false, reason: 'FX_RATE_MISSING' } : { ok: true, minor: converted };
}

/** Minor units of `base` for an amount, at `unitsPerBase` units of its currency for one unit of `base`. Null for an unknown currency. */
export function convert(amount: Money, unitsPerBase: Fraction, base: string): Fraction | null {
  const from = unitsPerMinor(amount.currency);
  const to = unitsPerMinor(base);
  if (from === null || to === null || unitsPerBase.numerator === 0n) return null;
  return divide(reduced(amount.minor * to, from), unitsPerBase);
}

/** The way back: minor units of `currency` for an amount in minor units of `base`. */
export function convertBack(minor: Fraction, unitsPerBase: Fraction, base: string, currency: string): Fraction | null {
  const from = unitsPerMinor(base);
  const to = unitsPerMinor(currency);
  if (from === null || to === null) return null;
  return multiply(multiply(minor, reduced(to, from)), unitsPerBase);
}
