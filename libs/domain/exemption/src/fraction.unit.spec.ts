import fc from 'fast-check';
import { add, compare, divide, type Fraction, formatFraction, fractionOf, isAtMost, larger, multiply, reduced, subtract, whole, ZERO } from './fraction';

const natural = fc.bigInt({ min: 0n, max: 10n ** 18n });
const positive = fc.bigInt({ min: 1n, max: 10n ** 12n });
const fraction = fc.tuple(natural, positive).map(([n, d]) => reduced(n, d));
/** By the definition, without the code under test. */
const equal = (a: Fraction, n: bigint, d: bigint): boolean => a.numerator * d === n * a.denominator;

describe('exact fractions', () => {
  test('sums, differences, products and quotients are exact', () => {
    fc.assert(
      fc.property(fraction, fraction, (a, b) => {
        const { numerator: an, denominator: ad } = a;
        const { numerator: bn, denominator: bd } = b;
        expect(equal(add(a, b), an * bd + bn * ad, ad * bd)).toBe(true);
        expect(equal(multiply(a, b), an * bn, ad * bd)).toBe(true);
        if (an * bd >= bn * ad) expect(equal(subtract(a, b), an * bd - bn * ad, ad * bd)).toBe(true);
        else expect(subtract(a, b)).toEqual(ZERO);
        if (bn > 0n) expect(equal(divide(a, b), an * bd, ad * bn)).toBe(true);
      }),
    );
  });

  test('comparing agrees with cross-multiplication', () => {
    fc.assert(
      fc.property(fraction, fraction, (a, b) => {
        const difference = a.numerator * b.denominator - b.numerator * a.denominator;
        expect(Math.sign(compare(a, b))).toBe(difference < 0n ? -1 : difference > 0n ? 1 : 0);
        expect(isAtMost(a, b)).toBe(difference <= 0n);
        expect(larger(a, b)).toEqual(difference <= 0n ? b : a);
      }),
    );
  });

  test('a sum whose denominator outgrows the bound is rounded up, never down, and stays small', () => {
    const primes = [2n ** 127n - 1n, 2n ** 107n - 1n, 2n ** 89n - 1n, 2n ** 61n - 1n, 2n ** 521n - 1n];
    let sum = ZERO;
    let exact = { numerator: 0n, denominator: 1n };
    for (const prime of primes) {
      sum = add(sum, { numerator: 1n, denominator: prime });
      exact = { numerator: exact.numerator * prime + exact.denominator, denominator: exact.denominator * prime };
    }
    expect(compare(sum, exact)).toBe(1);
    expect(sum.denominator <= 2n ** 512n).toBe(true);
    expect(isAtMost(subtract(sum, exact), { numerator: primes.length === 5 ? 5n : 0n, denominator: 2n ** 256n })).toBe(true);
  });

  test.each([
    ['11.0000', 11n, 1n],
    ['165', 165n, 1n],
    ['0.4100', 41n, 100n],
    ['4.25', 17n, 4n],
    ['0', 0n, 1n],
  ])('%s is read exactly', (text, numerator, denominator) => {
    expect(fractionOf(text)).toEqual({ numerator, denominator });
  });

  test.each(['', '-1', '+1', '1e3', '01', '.5', '5.', '1,5', ' 1', '1 ', 'NaN', '0x10', '1.1234567890123456789', '1'.repeat(19)])(
    '%j is no plain decimal',
    (text) => {
      expect(fractionOf(text)).toBeNull();
    },
  );

  test.each([
    [whole(2999n), 2, '29.99'],
    [whole(0n), 2, '0.00'],
    [whole(4950n), 0, '4950'],
    [reduced(12_752n * 4n, 17n), 2, '30.00470588…'],
    [reduced(1n, 8n), 0, '0.125'],
    [reduced(1n, 3n), 0, '0.333333…'],
    [reduced(20_009n, 1000n), 2, '0.20009'],
    [reduced(1n, 10n ** 9n), 2, '0.00000000…'],
  ])('%j with scale %i is shown as %s', (value, scale, text) => {
    expect(formatFraction(value, scale)).toBe(text);
  });

  test('dividing by zero is a bug and not a number', () => {
    expect(() => divide(whole(1n), ZERO)).toThrow('divided by zero');
  });
});
