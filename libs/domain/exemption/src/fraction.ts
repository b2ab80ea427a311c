/**
 * An exact, never negative fraction. Amounts of other currencies are divided by a rate and must not be rounded before they are
 * compared: PLN 127.52 at 4.25 is 30.0047 euro, and rounding it to 30.00 would exempt a payment that the law does not.
 */
export interface Fraction {
  readonly numerator: bigint;
  /** Above zero. */
  readonly denominator: bigint;
}

export const ZERO: Fraction = { numerator: 0n, denominator: 1n };

/**
 * Sums of amounts at many different rates have ever larger denominators. Past this bound a sum is rounded up, by less than one part
 * in 2^256 of a minor unit: a counter may then be stricter than exact, never laxer, and a row in the database stays small.
 */
const DENOMINATOR_MAX = 1n << 512n;
const ROUNDED_DENOMINATOR = 1n << 256n;

const DECIMAL = /^(0|[1-9]\d{0,17})(?:\.(\d{1,18}))?$/;

export const whole = (value: bigint): Fraction => ({ numerator: value, denominator: 1n });

/** Reads a plain decimal ("11.0000", "165"), or null for anything else. */
export function fractionOf(decimal: string): Fraction | null {
  const match = DECIMAL.exec(decimal);
  if (match === null) return null;
  const decimals = match[2] ?? '';
  return reduced(BigInt((match[1] ?? '') + decimals), 10n ** BigInt(decimals.length));
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [larger, smaller] = [a, b];
  while (smaller !== 0n) [larger, smaller] = [smaller, larger % smaller];
  return larger;
}

export function reduced(numerator: bigint, denominator: bigint): Fraction {
  if (denominator === 1n) return { numerator, denominator };
  const divisor = greatestCommonDivisor(numerator, denominator);
  return divisor === 1n ? { numerator, denominator } : { numerator: numerator / divisor, denominator: denominator / divisor };
}

/** Dividing by zero is a bug of the caller: rates of zero are refused where they are read. */
export function divide(a: Fraction, b: Fraction): Fraction {
  if (b.numerator === 0n) throw new Error('invariant broken: a fraction was divided by zero');
  return reduced(a.numerator * b.denominator, a.denominator * b.numerator);
}

export const multiply = (a: Fraction, b: Fraction): Fraction => reduced(a.numerator * b.numerator, a.denominator * b.denominator);

/** The exact sum, or above the bound of `DENOMINATOR_MAX` the next larger fraction. */
export function add(a: Fraction, b: Fraction): Fraction {
  if (a.denominator === 1n && b.denominator === 1n) return { numerator: a.numerator + b.numerator, denominator: 1n };
  return bounded(reduced(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator));
}

/** The exact difference, and zero where it would be negative. */
export function subtract(a: Fraction, b: Fraction): Fraction {
  const numerator = a.numerator * b.denominator - b.numerator * a.denominator;
  return numerator <= 0n ? ZERO : bounded(reduced(numerator, a.denominator * b.denominator));
}

function bounded(value: Fraction): Fraction {
  if (value.denominator <= DENOMINATOR_MAX) return value;
  const scaled = value.numerator * ROUNDED_DENOMINATOR;
  const up = scaled % value.denominator === 0n ? 0n : 1n;
  return reduced(scaled / value.denominator + up, ROUNDED_DENOMINATOR);
}

/** Below zero, zero or above it, as `a` is smaller than, equal to or larger than `b`. */
export function compare(a: Fraction, b: Fraction): number {
  const left = a.numerator * b.denominator;
  const right = b.numerator * a.denominator;
  return left < right ? -1 : left > right ? 1 : 0;
}

export const isAtMost = (a: Fraction, b: Fraction): boolean => a.numerator * b.denominator <= b.numerator * a.denominator;

export const larger = (a: Fraction, b: Fraction): Fraction => (isAtMost(a, b) ? b : a);

const SHOWN_DECIMALS = 6;

/**
 * For people and evidence: all decimals of a terminating fraction up to six, else six and an ellipsis, so that nobody takes a
 * shortened number for the exact one. `scale` shifts the point: minor units of a currency with two decimals are shown with scale 2.
 */
export function formatFraction({ numerator, denominator }: Fraction, scale: number): string {
  const shown = scale + SHOWN_DECIMALS;
  const scaled = numerator * 10n ** BigInt(SHOWN_DECIMALS);
  const digits = (scaled / denominator).toString().padStart(shown + 1, '0');
  const exact = scaled % denominator === 0n;
  const integer = digits.slice(0, -shown);
  const decimals = exact ? digits.slice(-shown).replace(/0+$/, '').padEnd(scale, '0') : digits.slice(-shown);
  return `${integer}${decimals === '' ? '' : `.${decimals}`}${exact ? '' : '…'}`;
}
