import { currencyDigits, invariant, isIban } from '@assent/kernel';

const MINUTE_MS = 60_000;

/**
 * An amount as the locale writes it, always with the currency's ISO code (`EUR 247.50`, `247,50 EUR`): a sign such as `$` or `kr` is
 * shared by many currencies, and the payer must know which one is bound. Decimals after ISO 4217, exact for every amount: the text goes
 * through `Intl` as a decimal string, never as a float. Digits are 0–9 in every locale.
 */
export function writtenAmount(amount: string, currency: string, localeTag: string): string {
  const digits = currencyDigits(currency);
  invariant(digits !== null && /^\d+(\.\d+)?$/.test(amount), 'an amount on the page is a decimal string of a known currency');
  return new Intl.NumberFormat(localeTag, {
    style: 'currency', currency, currencyDisplay: 'code', numberingSystem: 'latn', minimumFractionDigits: digits, maximumFractionDigits: digits,
  }).format(amount as `${number}`);
}

/** An IBAN in groups of four, as it is printed (ISO 13616); any other account as it is. Complete in both cases. */
export const writtenAccount = (account: string): string => (isIban(account) ? account.replace(/(.{4})(?=.)/g, '$1 ') : account);

/** The time of day in UTC, for example `14:05 UTC`: the page knows no time zone of the payer without script. */
export const writtenTime = (atMs: number, localeTag: string): string =>
  `${new Intl.DateTimeFormat(localeTag, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: 'UTC', numberingSystem: 'latn' }).format(atMs)} UTC`;

/** Whole minutes that are left, rounded up, in words of the locale (`4 minutes`); null once none is left. */
export function writtenMinutesLeft(leftMs: number, localeTag: string): string | null {
  if (leftMs <= 0) return null;
  const minutes = Math.ceil(leftMs / MINUTE_MS);
  return new Intl.NumberFormat(localeTag, { style: 'unit', unit: 'minute', unitDisplay: 'long', numberingSystem: 'latn' }).format(minutes);
}
