import fc from 'fast-check';
import { currencyDigits, formatMoney, parseMoney, sameMoney } from './money';
import type { Result } from './result';

const valueOf = <T, E>(result: Result<T, E>): T => {
  if (!result.ok) throw new Error(`refused: ${String(result.error)}`);
  return result.value;
};

describe('reading money', () => {
  it.each([
    ['247.50', 'EUR', 24_750n],
    ['0.01', 'EUR', 1n],
    ['0.00', 'EUR', 0n],
    ['1200', 'JPY', 1_200n],
    ['12.300', 'BHD', 12_300n],
    ['655957', 'XOF', 655_957n],
    ['1.00', 'XCD', 100n],
    ['1.00', 'XCG', 100n],
    ['999999999999999.99', 'EUR', 99_999_999_999_999_999n],
  ])('%s %s', (amount, currency, minor) => {
    expect(parseMoney(amount, currency)).toEqual({ ok: true, value: { minor, currency } });
  });

  it.each([
    ['100.0', 'EUR'],
    ['100', 'EUR'],
    ['100.000', 'EUR'],
    ['1200.0', 'JPY'],
    ['12.30', 'BHD'],
    ['1.2345678901234567890', 'EUR'],
  ])('refuses the wrong number of decimals: %s %s', (amount, currency) => {
    expect(parseMoney(amount, currency)).toEqual({ ok: false, error: 'AMOUNT_DECIMALS' });
  });

  it.each(['', ' 1.00', '1.00 ', '+1.00', '-1.00', '01.00', '00.10', '.50', '1.', '1,00', '1e2', '0x10', '1_0.00', '１.00', '1.00\n', 'NaN', 'Infinity', '1.0.0'])('refuses what is no amount: %j', (amount) => {
    expect(parseMoney(amount, 'EUR')).toEqual({ ok: false, error: 'AMOUNT_MALFORMED' });
  });

  it('refuses an amount above any payment', () => {
    expect(parseMoney('1000000000000000.00', 'EUR')).toEqual({ ok: false, error: 'AMOUNT_TOO_LARGE' });
  });

  it.each(['eur', 'EURO', 'EU', '', 'ABC', 'XAU', 'XXX', 'XTS', 'XDR', 'CHE', 'USN', '__proto__', 'constructor'])('refuses what nobody pays in: %j', (currency) => {
    expect(parseMoney('1.00', currency)).toEqual({ ok: false, error: 'CURRENCY_UNKNOWN' });
    expect(currencyDigits(currency)).toBeNull();
  });

  it('takes fewer decimals only where the caller says so, and never more', () => {
    expect(parseMoney('100.0', 'EUR', 'atMost')).toEqual({ ok: true, value: { minor: 10_000n, currency: 'EUR' } });
    expect(parseMoney('100', 'BHD', 'atMost')).toEqual({ ok: true, value: { minor: 100_000n, currency: 'BHD' } });
    expect(parseMoney('100.001', 'EUR', 'atMost')).toEqual({ ok: false, error: 'AMOUNT_DECIMALS' });
  });
});

describe('writing money', () => {
  const currencies = fc.constantFrom('EUR', 'JPY', 'BHD', 'XOF', 'KWD', 'USD', 'HUF');

  it('is the inverse of reading, to the last minor unit', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n - 1n }), currencies, (minor, currency) => {
        expect(valueOf(parseMoney(formatMoney({ minor, currency }), currency))).toEqual({ minor, currency });
      }),
    );
  });

  it('adds without the errors of floating point', () => {
    const parts = ['24.89', '0.09', '28.51', '18.25', '28.26'].map((amount) => valueOf(parseMoney(amount, 'EUR')).minor);
    expect(formatMoney({ minor: parts.reduce((sum, minor) => sum + minor, 0n), currency: 'EUR' })).toBe('100.00');
  });

  it('throws where there is a bug: below zero, or in no currency', () => {
    expect(() => formatMoney({ minor: -1n, currency: 'EUR' })).toThrow('not negative');
    expect(() => formatMoney({ minor: 1n, currency: 'ABC' })).toThrow('ISO 4217');
  });

  it('is the same only with the same currency', () => {
    expect(sameMoney({ minor: 1n, currency: 'EUR' }, { minor: 1n, currency: 'EUR' })).toBe(true);
    expect(sameMoney({ minor: 1n, currency: 'EUR' }, { minor: 1n, currency: 'USD' })).toBe(false);
    expect(sameMoney({ minor: 1n, currency: 'EUR' }, { minor: 2n, currency: 'EUR' })).toBe(false);
  });
});
