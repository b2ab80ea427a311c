import * as currencies from 'currency-codes';
import { type Result, invariant, ok, refuse } from './result';

/** An amount in minor units (cents, fils, …) of an ISO 4217 currency. Never a float: 0.1 + 0.2 has cost people money. */
export interface Money {
  readonly minor: bigint;
  readonly currency: string;
}

export type MoneyRefusal = 'CURRENCY_UNKNOWN' | 'AMOUNT_MALFORMED' | 'AMOUNT_DECIMALS' | 'AMOUNT_TOO_LARGE';

const AMOUNT = /^(0|[1-9]\d*)(?:\.(\d+))?$/;
/** Digits before the point: far above any payment, far below what a database column holds. */
const WHOLE_DIGITS_MAX = 15;

/** Codes of ISO 4217 that nobody pays in: metals, baskets, bond market units, codes for testing and for "none", and funds. */
const NOT_PAID_IN: ReadonlySet<string> = new Set(
  'XAU XAG XPT XPD XDR XSU XUA XBA XBB XBC XBD XTS XXX BOV CHE CHW CLF COU MXV USN UYI UYW'.split(' '),
);
/** Newer than the list of the package: the Caribbean guilder (ISO 4217 amendment 176). */
const ADDED: readonly (readonly [string, number])[] = [['XCG', 2]];

const digitsByCurrency: ReadonlyMap<string, number> = new Map([
  ...currencies.data.filter(({ code }) => /^[A-Z]{3}$/.test(code) && !NOT_PAID_IN.has(code)).map(({ code, digits }) => [code, digits] as const),
  ...ADDED,
]);

/** Decimals of a currency after ISO 4217 (EUR 2, JPY 0, BHD 3), or null for one that is not a payment currency. */
export const currencyDigits = (currency: string): number | null => digitsByCurrency.get(currency) ?? null;

/**
 * Reads a decimal string. `exact` wants the currency's own number of decimals ("247.50" EUR, "1200" JPY), as the wire does;
 * `atMost` also takes fewer ("100.0" EUR), as a caller of `redeem` may write.
 */
export function parseMoney(amount: string, currency: string, decimals: 'exact' | 'atMost' = 'exact'): Result<Money, MoneyRefusal> {
  const digits = digitsByCurrency.get(currency);
  if (digits === undefined) return refuse('CURRENCY_UNKNOWN');
  const match = AMOUNT.exec(amount);
  if (match === null) return refuse('AMOUNT_MALFORMED');
  const whole = match[1] ?? '';
  const fraction = match[2] ?? '';
  if (whole.length > WHOLE_DIGITS_MAX) return refuse('AMOUNT_TOO_LARGE');
  if (decimals === 'exact' ? fraction.length !== digits : fraction.length > digits) return refuse('AMOUNT_DECIMALS');
  return ok({ minor: BigInt(whole + fraction.padEnd(digits, '0')), currency });
}

/** The wire form: decimals of the currency, always all of them. A negative amount or an unknown currency is a bug: it throws. */
export function formatMoney({ minor, currency }: Money): string {
  const digits = digitsByCurrency.get(currency);
  invariant(digits, 'money has a currency of ISO 4217');
  invariant(minor >= 0n, 'money is not negative');
  if (digits === 0) return minor.toString();
  const text = minor.toString().padStart(digits + 1, '0');
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

export const sameMoney = (a: Money, b: Money): boolean => a.minor === b.minor && a.currency === b.currency;
