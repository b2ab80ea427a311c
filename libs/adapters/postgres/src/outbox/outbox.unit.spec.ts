import fc from 'fast-check';
import { LANES, laneOf, lockClass } from './lane';
import { recordOf, storedForm } from './write-outbox';

describe('lanes', () => {
  it('a key has one lane, within bounds, and keys spread over all lanes', () => {
    const seen = new Set<number>();
    for (let i = 0; i < 1000; i++) seen.add(laneOf(`demo:authentication-${i}`));
    expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: LANES }, (_, i) => i));
    fc.assert(fc.property(fc.string(), (key) => laneOf(key) === laneOf(key) && laneOf(key) >= 0 && laneOf(key) < LANES));
  });

  it('services of one database do not share locks', () => {
    const classes = ['auth_session', 'webhook_ingest', 'exemption_engine', 'audit_ledger'].map(lockClass);
    expect(new Set(classes).size).toBe(4);
    for (const value of classes) expect(value).toBeLessThan(2 ** 31);
  });
});

describe('a message in an outbox row', () => {
  const bytes = fc.uint8Array({ maxLength: 64 }).map((b) => Buffer.from(b));
  it('comes back with exactly its bytes, whatever they are', () => {
    fc.assert(
      fc.property(fc.option(bytes), fc.option(bytes), fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('constructor', 'toString', '__proto__')), bytes), (key, value, headers) => {
        const back = recordOf('t', storedForm({ topic: 't', key, value, headers }));
        expect(back.key === null ? null : Buffer.from(back.key)).toEqual(key);
        expect(back.value).toEqual(value);
        expect(Object.entries(back.headers).map(([name, v]) => [name, Buffer.from(v)])).toEqual(Object.entries(headers));
      }),
    );
  });

  it('keeps headers that stood several times', () => {
    const record = { topic: 't', key: null, headers: { a: Buffer.from('last'), b: 'x' }, repeatedHeaders: [['a', Buffer.from('first')]] as const, value: null };
    const back = recordOf('t', storedForm(record));
    expect(back).toEqual({ ...record, headers: { a: 'last', b: 'x' } });
  });

  it('is kept as readable text where it is text, and as base64 where it is not', () => {
    const form = (value: Buffer): unknown => storedForm({ topic: 't', key: 'k', value, headers: { a: 'b' } }).encoding;
    expect(form(Buffer.from('{"amount":"1.00","name":"José"}'))).toBe(0);
    expect(form(Buffer.from([0xff, 0xfe]))).toBe(1);
    expect(form(Buffer.from('a\0b'))).toBe(1);
    expect(form(Buffer.from('\ufeff{}'))).toBe(0);
  });
});
