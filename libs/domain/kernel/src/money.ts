import * as currencies from 'currency-codes';
import { type Result, ok, refuse } from './result';

/** An amount in minor units (cents, fils, …) of an ISO 4217 currency. Never a float: 0.1 + 0.2 has cost people money. */
export interface Money {
  readonly minor: bigint;
  readonly currency: string;
}

export type MoneyRefusal = 'CURRENCY_UNKNOWN' | 'AMOUNT_MALFORMED' | 'AMOUNT_DECIMALS' | 'AMOUNT_TOO_LARGE';

/** At most 15 digits before the point: far above any payment, far below what a database column holds. */
const AMOUNT = /^(0|[1-9]\d{0,14})(?:\.(\d{1,4}))?$/;

const digitsByCurrency: ReadonlyMap<string, number> = new Map(
  currencies.data.filter((c) => /^[A-Z]{3}$/.test(c.code) && !c.code.startsWith('X')).map((c) => [c.code, c.digits]),
);

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
  const fraction = match[2] ?? '';
  if (decimals === 'exact' ? fraction.length !== digits : fraction.length > digits) return refuse('AMOUNT_DECIMALS');
  return ok({ minor: BigInt((match[1] ?? '') + fraction.padEnd(digits, '0')), currency });
}

/** The wire form: decimals of the currency, always all of them. */
export function formatMoney({ minor, currency }: Money): string {
  const digits = digitsByCurrency.get(currency) ?? 2;
  if (digits === 0) return minor.toString();
  const text = minor.toString().padStart(digits + 1, '0');
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

export const sameMoney = (a: Money, b: Money): boolean => a.minor === b.minor && a.currency === b.currency;
