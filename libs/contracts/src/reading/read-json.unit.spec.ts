import fc from 'fast-check';
import { JSON_DEPTH_MAX, readJsonObject } from './read-json';

const MAX = 64 * 1024;
const read = (text: string | Buffer): ReturnType<typeof readJsonObject> => readJsonObject(Buffer.isBuffer(text) ? text : Buffer.from(text, 'utf8'), MAX);
const codeOf = (text: string | Buffer): string => {
  const result = read(text);
  return result.ok ? 'OK' : result.error.code;
};
const reasonOf = (text: string | Buffer): string => {
  const result = read(text);
  return result.ok ? '' : result.error.reason;
};

describe('reading a JSON object', () => {
  it('gives what JSON.parse gives, for every object', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ maxDepth: 6, stringUnit: 'grapheme' })), fc.constantFrom(0, 2), (value, indent) => {
        fc.pre(!JSON.stringify(value).includes('"__proto__"'));
        const text = JSON.stringify(value, null, indent);
        expect(read(text)).toEqual({ ok: true, value: JSON.parse(text) as unknown });
      }),
    );
  });

  it.each([
    ['nothing', ''],
    ['blanks', '  '],
    ['half an object', '{"a":1'],
    ['a trailing comma', '{"a":1,}'],
    ['single quotes', "{'a':1}"],
    ['a comment', '{"a":1} // x'],
    ['two objects', '{}{}'],
    ['NaN', '{"a":NaN}'],
    ['an open string', '{"a":"'],
    ['an open escape', '{"a":"\\'],
    ['XML', '<a/>'],
    ['Avro', Buffer.from([0, 0, 0, 0, 1, 2, 3])],
    ['UTF-16', Buffer.from('{"a":1}', 'utf16le')],
    ['broken UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['half a surrogate as UTF-8', Buffer.from([0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d])],
    ['an overlong form', Buffer.from([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d])],
    ['a byte order mark', Buffer.from('\ufeff{"a":1}', 'utf8')],
  ])('%s is not JSON', (_, text) => {
    expect(codeOf(text)).toBe('VALUE_NOT_JSON');
  });

  it('says what is wrong where a tool hides it', () => {
    expect(reasonOf(Buffer.from('\ufeff{"a":1}', 'utf8'))).toContain('byte order mark');
    expect(reasonOf(Buffer.from([0x7b, 0xff]))).toContain('UTF-8');
  });

  it.each(['null', '[]', '1', '"text"', 'true'])('%s is no object', (text) => {
    expect(codeOf(text)).toBe('BODY_INVALID');
  });

  it.each([
    ['{"amount":"1.00","amount":"9000.00"}', 'the field amount'],
    ['{"amount":"1.00","amo\\u0075nt":"9000.00"}', 'the field amount'],
    ['{"payment":{"amount":"1.00","payee":{},"amount":"1.00"}}', 'the field amount'],
    ['{"list":[{"a":1},{"b":1,"b":2}]}', 'the field b'],
    ['{"":1,"":1}', 'a field'],
    ['{"ES9121000418450200051332":1,"ES9121000418450200051332":2}', 'a field'],
  ])('one name twice in one object means two things: %s', (text, what) => {
    expect(codeOf(text)).toBe('BODY_INVALID');
    expect(reasonOf(text)).toBe(`The body has ${what} twice in one object: send each field once.`);
  });

  it.each(['{"a":{"b":1},"b":{"a":1}}', '{"a":[{"b":1},{"b":1}]}', '{"a:b":":","c":"\\"d\\":1"}', '{"a":"{\\"a\\":1,\\"a\\":2}"}'])('the same name in different objects, and colons in strings, are fine: %s', (text) => {
    expect(codeOf(text)).toBe('OK');
  });

  it('finds every repeat, wherever it is', () => {
    const names = fc.constantFrom('a', 'b', 'c:', '"d', '\\');
    const object: fc.Arbitrary<string> = fc.letrec<{ value: string; object: string }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom('1', 'null', '"x:{"', '[]'),
        tie('object'),
        fc.array(tie('object'), { maxLength: 2 }).map((items) => `[${items.join(',')}]`),
      ),
      object: fc
        .array(fc.tuple(names, tie('value')), { maxLength: 3 })
        .map((members) => `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`),
    })).object;
    let repeats = 0;
    fc.assert(
      fc.property(object, (text) => {
        const repeated = hasRepeat(text);
        if (repeated) repeats += 1;
        expect(codeOf(text)).toBe(repeated ? 'BODY_INVALID' : 'OK');
      }),
      { numRuns: 2000 },
    );
    expect(repeats).toBeGreaterThan(20);
  });

  it.each(['{"__proto__":{"admin":true}}', '{"a":{"__proto__":null}}', '{"a":[{"__pro\\u0074o__":1}]}'])('%s is refused', (text) => {
    expect(reasonOf(text)).toBe('The body has a field __proto__: remove it.');
  });

  it('is refused above the bound, taken at it', () => {
    const text = (bytes: number): string => `{"a":"${'x'.repeat(bytes - 8)}"}`;
    expect(codeOf(text(MAX))).toBe('OK');
    expect(codeOf(text(MAX + 1))).toBe('VALUE_TOO_LARGE');
  });

  it('is refused when nested deeper than anything here', () => {
    const nested = (depth: number): string => '{"a":'.repeat(depth - 1) + '{}' + '}'.repeat(depth - 1);
    expect(codeOf(nested(JSON_DEPTH_MAX))).toBe('OK');
    expect(codeOf(nested(JSON_DEPTH_MAX + 1))).toBe('BODY_INVALID');
    expect(codeOf('['.repeat(60_000))).toBe('BODY_INVALID');
    expect(codeOf('{"a":'.repeat(13_000))).toBe('BODY_INVALID');
  });
});

/** An oracle: reads objects member by member, the slow and plain way. */
function hasRepeat(text: string): boolean {
  let at = 0;
  let found = false;
  const value = (): void => {
    if (text[at] === '{') members('}', () => {
      const name = string();
      at += 1;
      value();
      return name;
    });
    else if (text[at] === '[') members(']', () => (value(), null));
    else if (text[at] === '"') string();
    else at += /^(\d+|null|true|false)/.exec(text.slice(at))![0].length;
  };
  const members = (end: string, member: () => string | null): void => {
    const names = new Set<string>();
    at += 1;
    while (text[at] !== end) {
      const name = member();
      if (name !== null && names.has(name)) found = true;
      if (name !== null) names.add(name);
      if (text[at] === ',') at += 1;
    }
    at += 1;
  };
  const string = (): string => {
    const literal = /^"(?:[^"\\]|\\.)*"/.exec(text.slice(at))![0];
    at += literal.length;
    return JSON.parse(literal) as string;
  };
  value();
  return found;
}
