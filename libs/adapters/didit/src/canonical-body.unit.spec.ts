import fc from 'fast-check';
import { CANONICAL_DEPTH_MAX, canonicalBody } from './canonical-body';

const canonical = (text: string): string => {
  const result = canonicalBody(text);
  if (!result.ok) throw new Error(result.error);
  return result.value;
};

describe('canonical body of a webhook', () => {
  describe('numbers keep the digits they came with', () => {
    it.each([
      ['5e-05', '5e-05'],
      ['0.00005', '0.00005'],
      ['1.10', '1.10'],
      ['-0.5', '-0.5'],
      ['10000000000000000000000', '10000000000000000000000'],
      ['9007199254740993', '9007199254740993'],
    ])('%s is left alone', (text, expected) => expect(canonical(text)).toBe(expected));

    it.each([
      ['92.0', '92'],
      ['-41.000', '-41'],
      ['-0.0', '0'],
      ['-0', '0'],
      ['0.0', '0'],
      ['1.5e2', '150'],
      ['1E+2', '100'],
      ['1e22', '10000000000000000000000'],
      ['1e23', '99999999999999991611392'],
    ])('whole float %s is written as %s', (text, expected) => expect(canonical(text)).toBe(expected));

    it('a float beyond doubles has no canonical form', () => expect(canonicalBody('[1e400]')).toEqual({ ok: false, error: 'NUMBER_OUT_OF_RANGE' }));

    it('floats that unfold to many digits are bounded', () => {
      expect(canonicalBody(`[${Array(1000).fill('1e300').join(',')}]`)).toEqual({ ok: false, error: 'GROWS_TOO_MUCH' });
    });
  });

  describe('keys', () => {
    it('that look like integers sort as text', () => expect(canonical('{"9":1,"10":2,"a":3}')).toBe('{"10":2,"9":1,"a":3}'));

    it('sort by code point, astral after the rest of the basic plane', () => expect(canonical('{"😀":1,"～":2}')).toBe('{"～":2,"😀":1}'));

    it('named __proto__ stay keys', () => expect(canonical('{"a":1,"__proto__":{"b":2},"constructor":3}')).toBe('{"__proto__":{"b":2},"a":1,"constructor":3}'));

    it('that come twice resolve to the last, as parsing does', () => {
      const text = '{"amount":"1.00","b":0,"amount":"9.00"}';
      expect(JSON.parse(canonical(text))).toEqual(JSON.parse(text));
      expect(canonical(text)).toBe('{"amount":"9.00","b":0}');
    });

    it('that differ only in their escapes are one key', () => expect(canonical('{"\\u0061":1,"a":2}')).toBe('{"a":2}'));

    it('with escapes sort by what they say', () => expect(canonical('{"\\u007a":1,"b\\n":2,"b":3}')).toBe('{"b":3,"b\\n":2,"z":1}'));
  });

  describe('strings', () => {
    it('are unescaped where JSON allows it', () => expect(canonical('"Jos\\u00e9 \\ud83d\\ude00 \\u2028 \\/"')).toBe('"José 😀 \u2028 /"'));

    it('keep the escapes that JSON needs, in one spelling', () => expect(canonical('"\\u000A\\u001F\\u0022\\u005c"')).toBe('"\\n\\u001f\\"\\\\"'));

    it.each(['"\\ud83d"', '"\\ude00\\ud83d"', '{"\\ud800":1}', '"\ud83d"'])('half a surrogate pair has no canonical form: %j', (text) => {
      expect(canonicalBody(text)).toEqual({ ok: false, error: 'LONE_SURROGATE' });
    });
  });

  describe('what is not JSON is refused', () => {
    it.each(['', ' ', '{', '{"a"}', '{"a":}', '{a:1}', "{'a':1}", '[1,]', '[1 2]', '{"a":1,}', '01', '1.', '.5', '+1', 'NaN', 'tru', 'nul', '"\n"', '"\\x41"', '"\\u12"', '"abc', '{} {}', '\ufeff{}', '1e', '--1'])(
      '%j',
      (text) => {
        expect(() => JSON.parse(text) as unknown).toThrow();
        expect(canonicalBody(text)).toEqual({ ok: false, error: 'NOT_JSON' });
      },
    );

    it('nesting without end', () => {
      const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
      expect(canonical(nested(CANONICAL_DEPTH_MAX))).toBe(nested(CANONICAL_DEPTH_MAX));
      expect(canonicalBody('['.repeat(200_000))).toEqual({ ok: false, error: 'TOO_DEEP' });
    });
  });

  it('leaves out the named key of the outermost object only', () => {
    const result = canonicalBody('{"timestamp":1,"a":{"timestamp":2}}', 'timestamp');
    expect(result).toEqual({ ok: true, value: '{"a":{"timestamp":2}}' });
  });

  it('writes any JSON value so that it parses to the same value, whatever its layout', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), fc.constantFrom(0, 2, '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const result = canonicalBody(text);
        // Values with half surrogates are the only ones without a canonical form.
        if (!result.ok) return result.error === 'LONE_SURROGATE';
        expect(JSON.parse(result.value)).toEqual(JSON.parse(text));
        return canonical(result.value) === result.value;
      }),
      { numRuns: 500 },
    );
  });

  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.integer()), (value) => {
        const turned = Object.fromEntries(Object.entries(value).reverse());
        return canonical(JSON.stringify(value)) === canonical(JSON.stringify(turned));
      }),
    );
  });
});
