import fc from 'fast-check';
import { canonicalHash, canonicalJson } from './canonical-json';

/** The example of RFC 8785 section 3.2.2. */
const EXAMPLE = String.raw`{
  "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
  "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
  "literals": [null, true, false]
}`;

describe('RFC 8785 canonical JSON', () => {
  it('gives the text of the RFC for its example', () => {
    expect(canonicalJson(JSON.parse(EXAMPLE))).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it('sorts names by UTF-16 units, as the RFC does', () => {
    const names = ['\u20ac', '\r', '\ufb33', '1', '\ud83d\ude00', '\u0080', '\u00f6'];
    const sorted = Object.keys(JSON.parse(canonicalJson(Object.fromEntries(names.map((name) => [name, 0])))) as object).filter((name) => name !== '1');
    expect(sorted).toEqual(['\r', '\u0080', '\u00f6', '\u20ac', '\ud83d\ude00', '\ufb33']);
  });

  it('does not depend on the order or the spelling in which a value came', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        const spelled = JSON.parse(JSON.stringify(value, null, 3)) as unknown;
        expect(canonicalHash(reversed)).toBe(canonicalHash(value));
        expect(canonicalHash(spelled)).toBe(canonicalHash(value));
      }),
    );
  });

  it('tells different contents apart', () => {
    expect(canonicalHash({ amount: '1.00' })).not.toBe(canonicalHash({ amount: '1.0' }));
    expect(canonicalHash({ a: 1 })).not.toBe(canonicalHash({ a: '1' }));
    expect(canonicalHash({ a: null })).not.toBe(canonicalHash({}));
    expect(canonicalHash({})).toBe('44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a');
  });

  it.each([['undefined', undefined], ['NaN', Number.NaN], ['a bigint', 1n], ['half a character', '\ud800']])('throws for what JSON cannot say: %s', (_, value) => {
    expect(() => canonicalJson(value)).toThrow();
  });
});
