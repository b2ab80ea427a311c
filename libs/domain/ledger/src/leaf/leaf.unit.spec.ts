import { createHmac } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { canonicalJson } from '@assent/kernel';
import fc from 'fast-check';
import { commitmentKeyOf, commitmentOf, leafAuthentication, leafId, opensCommitment, sealingKeyOf } from './commitment';
import { type EventHeader, eventOfExactBytes, type ExactEvent, exactBytesOf } from './exact-bytes';
import { hmacSha256 } from './hmac-sha256';
import { type Leaf, leafText, parseLeaf } from './leaf';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const text = (alphabet: string, minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...Array.from(alphabet)), minLength, maxLength });

const leaves: fc.Arbitrary<Leaf> = fc.record({
  type: fc.constantFrom('sca.requested.v1', 'compliance.event.v12', 'a.b.c.v999'),
  source: fc.oneof(text('abc-09', 1, 30).map((id) => `/gateways/g${id}`), fc.constant('/services/auth-session')),
  id: fc.oneof(fc.uuid(), text(LETTERS, 43, 43).map((mac) => `keyed:${mac}`)),
  time: fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true }).map((date) => date.toISOString()),
  gateway: fc.option(text('abc09', 1, 40)),
  authentication: fc.option(fc.oneof(text(LETTERS, 8, 64), text(LETTERS, 43, 43).map((mac) => `keyed:${mac}`))),
  subjectRef: fc.option(text(LETTERS, 22, 64)),
  commitment: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('base64')),
});

const leaf: Leaf = {
  type: 'sca.requested.v1',
  source: '/gateways/demo',
  id: '0197c8f0-0000-7000-8000-000000000001',
  time: '2026-11-24T10:00:00.000Z',
  gateway: 'demo',
  authentication: 'auth-0000001',
  subjectRef: 's'.repeat(43),
  commitment: Buffer.alloc(32, 7).toString('base64'),
};

describe('the text of a leaf', () => {
  it('is what the general canonicaliser writes, for every leaf', () => {
    fc.assert(fc.property(leaves, (value) => expect(leafText(value)).toBe(canonicalJson({ v: 1, ...value }))));
  });

  it('reads back, for every leaf', () => {
    fc.assert(fc.property(leaves, (value) => expect(parseLeaf(leafText(value))).toEqual({ ok: true, value: { ...value, v: 1 } })));
  });

  it.each<[string, Partial<Leaf>]>([
    ['an account for an id', { id: 'ES9121000418450200051332' }],
    ['a name for an id', { id: 'Jane Doe' }],
    ['free text in the type', { type: 'sca.requested.v1 Jane Doe' }],
    ['a quote', { type: 'a.b"c.v1' }],
    ['a source that is none', { source: '/gateways/Jane Doe' }],
    ['a clock of another zone', { time: '2026-11-24T10:00:00.000+01:00' }],
    ['an e-mail address for an authentication', { authentication: 'jane@doe.example' }],
    ['a payer id for a pseudonym', { subjectRef: 'payer-1' }],
    ['a hash of another length', { commitment: Buffer.alloc(20).toString('base64') }],
    ['a gateway in capitals', { gateway: 'DEMO' }],
    ['a line break after the end', { gateway: 'demo\n' }],
  ])('is never written with %s', (_, change) => {
    expect(() => leafText({ ...leaf, ...change })).toThrow(`the leaf's ${Object.keys(change)[0]!} has its closed form`);
  });

  it.each([
    ['another member', leafText(leaf).replace('"v":1', '"v":1,"w":2')],
    ['a blank', leafText(leaf).replace(',"id"', ', "id"')],
    ['another order', JSON.stringify({ v: 1, ...leaf })],
    ['another version', leafText(leaf).replace('"v":1', '"v":2')],
    ['a member twice', leafText(leaf).replace('"v":1', '"v":1,"v":1')],
    ['a missing member', leafText(leaf).replace('"gateway":"demo",', '')],
    ['null where a value must be', leafText(leaf).replace(`"time":"${leaf.time}"`, '"time":null')],
    ['no JSON', 'leaf'],
    ['an array', '[]'],
    ['null', 'null'],
  ])('is refused with %s', (_, other) => {
    expect(parseLeaf(other)).toEqual({ ok: false, error: 'LEAF_MALFORMED' });
  });
});

const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array));
const events: fc.Arbitrary<ExactEvent> = fc.record({
  topic: fc.constantFrom('sca.requested', 'sca.verdict.demo'),
  key: fc.option(bytes),
  value: fc.option(bytes),
  headers: fc.array(fc.tuple(fc.string({ unit: 'grapheme', maxLength: 4 }), bytes), { maxLength: 5 }),
});

describe('the exact bytes of an event', () => {
  it('give the event back, whatever it holds', () => {
    fc.assert(fc.property(events, (event) => {
      const back = eventOfExactBytes(exactBytesOf(event));
      expect(back.ok && { ...back.value, headers: sorted(back.value.headers) }).toEqual({ ...event, headers: sorted(event.headers) });
    }));
  });

  it('are the same in whatever order the headers came', () => {
    const one = exactBytesOf({ topic: 't', key: null, value: null, headers: [['a', Buffer.from('1')], ['b', Buffer.from('2')], ['b', Buffer.from('3')]] });
    const other = exactBytesOf({ topic: 't', key: null, value: null, headers: [['b', Buffer.from('3')], ['b', Buffer.from('2')], ['a', Buffer.from('1')]] });
    expect(one.equals(other)).toBe(true);
  });

  it('differ for any two different events', () => {
    fc.assert(fc.property(events, events, (one, other) => {
      const same = one.topic === other.topic && equal(one.key, other.key) && equal(one.value, other.value) && isDeepStrictEqual(sorted(one.headers), sorted(other.headers));
      expect(exactBytesOf(one).equals(exactBytesOf(other))).toBe(same);
    }));
  });

  it('tell an absent value from an empty one, and do not run parts together', () => {
    const base = { topic: 't', key: null, headers: [] };
    expect(exactBytesOf({ ...base, value: null }).equals(exactBytesOf({ ...base, value: Buffer.alloc(0) }))).toBe(false);
    const ab = { topic: 't', headers: [], key: Buffer.from('ab'), value: Buffer.from('c') };
    const bc = { topic: 't', headers: [], key: Buffer.from('a'), value: Buffer.from('bc') };
    expect(exactBytesOf(ab).equals(exactBytesOf(bc))).toBe(false);
  });

  it('are written as documented', () => {
    const written = exactBytesOf({ topic: 'to', key: Buffer.from('k'), value: null, headers: [['n', Buffer.from('v')]] });
    expect(written.toString('hex')).toBe('01' + '00000002746f' + '000000016b' + 'ffffffff' + '00000001' + '000000016e' + '0000000176');
  });

  it('are refused when cut, extended or of another version', () => {
    const whole = exactBytesOf({ topic: 'to', key: Buffer.from('k'), value: Buffer.from('{}'), headers: [['n', Buffer.from('v')]] });
    for (let end = 0; end < whole.length; end++) expect(eventOfExactBytes(whole.subarray(0, end))).toEqual({ ok: false, error: 'BYTES_MALFORMED' });
    expect(eventOfExactBytes(Buffer.concat([whole, Buffer.of(0)]))).toEqual({ ok: false, error: 'BYTES_MALFORMED' });
    expect(eventOfExactBytes(Buffer.concat([Buffer.of(2), whole.subarray(1)]))).toEqual({ ok: false, error: 'BYTES_MALFORMED' });
    const hugeCount = Buffer.from(whole);
    hugeCount.writeUInt32BE(0xfffffffe, 1 + 4 + 2 + 4 + 1 + 4 + 2);
    expect(eventOfExactBytes(hugeCount)).toEqual({ ok: false, error: 'BYTES_MALFORMED' });
  });
});

describe('a commitment', () => {
  const secret = Buffer.alloc(32, 3);
  const exact = Buffer.from('exact bytes');
  const key = commitmentKeyOf(secret, '/gateways/demo', 'id-1');

  it('opens with its own key and bytes', () => {
    expect(opensCommitment(commitmentOf(key, exact), key, exact)).toBe(true);
  });

  it('is the HMAC-SHA256 that everybody has', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ minLength: 16_300, maxLength: 16_500, size: 'max' })), (k, message) => {
        expect(hmacSha256(Buffer.from(k), Buffer.from(message)).equals(createHmac('sha256', k).update(message).digest())).toBe(true);
      }),
    );
    expect(() => hmacSha256(Buffer.alloc(31), Buffer.alloc(1))).toThrow('invariant');
  });

  it('opens with nothing else', () => {
    const commitment = commitmentOf(key, exact);
    expect(opensCommitment(commitment, key, Buffer.from('exact bytez'))).toBe(false);
    expect(opensCommitment(commitment, commitmentKeyOf(secret, '/gateways/demo', 'id-2'), exact)).toBe(false);
    expect(opensCommitment(commitment, commitmentKeyOf(Buffer.alloc(32, 4), '/gateways/demo', 'id-1'), exact)).toBe(false);
    expect(opensCommitment('', key, exact)).toBe(false);
  });

  it('has a key of its own for each event, whatever way source and id are cut', () => {
    expect(commitmentKeyOf(secret, '/gateways/de', 'moid-1').equals(key)).toBe(false);
    expect(sealingKeyOf(secret).export().equals(key)).toBe(false);
  });

  it('says nothing of low-entropy bytes to who lacks the key', () => {
    // The same bytes under two subjects commit to unrelated values.
    const other = commitmentOf(commitmentKeyOf(Buffer.alloc(32, 5), '/gateways/demo', 'id-1'), exact);
    expect(other).not.toBe(commitmentOf(key, exact));
  });
});

describe('ids in a leaf', () => {
  const secret = Buffer.alloc(32, 3);

  it('stand in the open where they are UUIDs, and keyed where a person could be in them', () => {
    expect(leafId(secret, leaf.id)).toBe(leaf.id);
    expect(leafId(secret, 'ES9121000418450200051332')).toMatch(/^keyed:[A-Za-z0-9_-]{43}$/);
    expect(leafId(secret, 'jane.doe')).toBe(leafId(secret, 'jane.doe'));
    expect(leafId(secret, 'jane.doe')).not.toBe(leafId(Buffer.alloc(32, 4), 'jane.doe'));
  });

  it('never show an account number that was taken for an authentication id', () => {
    expect(leafAuthentication(secret, 'auth-0000001')).toBe('auth-0000001');
    expect(leafAuthentication(secret, 'ES91210004184502000513')).toBe('ES91210004184502000513');
    expect(leafAuthentication(secret, 'ES9121000418450200051332')).toMatch(/^keyed:/);
    expect(leafAuthentication(secret, 'es9121000418450200051332')).toMatch(/^keyed:/);
  });
});

const equal = (a: Buffer | null, b: Buffer | null): boolean => (a === null || b === null ? a === b : a.equals(b));

const sorted = (headers: readonly EventHeader[]): EventHeader[] =>
  [...headers].sort(([a, x], [b, y]) => Buffer.compare(Buffer.from(a), Buffer.from(b)) || Buffer.compare(x, y));
