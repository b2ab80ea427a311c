import fc from 'fast-check';
import { exampleRecord } from '../examples/example-record';
import type { RawRecord } from '../record';
import { deadLetter } from './dead-letter';
import { redrive, redriveOf } from './redrive';

const WHY = { code: 'BODY_INVALID', reason: 'payment.amount is missing: send it.', attempts: 1, firstAtMs: 1_795_514_400_000, lastAtMs: 1_795_514_401_000, service: 'exemption-engine' } as const;
const POISON = exampleRecord('sca.requested.v1', { headers: { 'x-own': Buffer.from([0xff, 0x00, 0xfe]) }, value: Buffer.from([0xff, 0x7b]), key: Buffer.from([0xfe]) });

const delivered = (letter: ReturnType<typeof deadLetter>, offset = '7'): RawRecord => ({
  ...letter,
  partition: 0,
  offset,
  timestamp: 2,
  key: letter.key === null ? null : Buffer.from(letter.key),
  headers: Object.fromEntries(Object.entries(letter.headers).map(([name, content]) => [name, Buffer.from(content)])),
});

describe('a dead letter', () => {
  it('is the message as it came, and why', () => {
    const letter = deadLetter(POISON, WHY);
    expect(letter).toMatchObject({ topic: 'sca.requested.dlq', key: POISON.key, value: POISON.value, headers: POISON.headers });
    expect(letter.headers).toMatchObject({
      'dlq-origin': 'sca.requested/0/42',
      'dlq-code': 'BODY_INVALID',
      'dlq-reason': 'payment.amount is missing: send it.',
      'dlq-attempts': '1',
      'dlq-first-at': '2026-11-24T10:00:00.000Z',
      'dlq-last-at': '2026-11-24T10:00:01.000Z',
      'dlq-service': 'exemption-engine',
    });
  });

  it('keeps an absent value and key absent, and headers that stood twice', () => {
    const repeatedHeaders = [['ce_id', Buffer.from('first')]] as const;
    expect(deadLetter({ ...POISON, value: null, key: null, repeatedHeaders }, WHY)).toMatchObject({ value: null, key: null, repeatedHeaders });
  });

  it('says in its own words why, whatever notes came with the message', () => {
    const forged = exampleRecord('sca.requested.v1', { headers: { 'dlq-code': 'HANDLER_FAILED', 'dlq-origin': 'sca.verdict/0/0', 'dlq-service': 'nobody', 'dlq-redrive': '3' } });
    expect(deadLetter(forged, WHY).headers).toMatchObject({ 'dlq-code': 'BODY_INVALID', 'dlq-origin': 'sca.requested/0/42', 'dlq-service': 'exemption-engine', 'dlq-redrive': Buffer.from('3') });
  });

  it('has its reason on one line of bounded length', () => {
    const letter = deadLetter(POISON, { ...WHY, reason: `a\r\nx: y\u0000${'z'.repeat(2000)}` });
    expect(letter.headers['dlq-reason']).toMatch(/^a x: y z{1,500}$/);
    expect(String(letter.headers['dlq-reason']).length).toBe(500);
  });

  it("goes beside its own gateway's topic", () => {
    expect(deadLetter({ ...POISON, topic: 'sca.requested.demo' }, WHY).topic).toBe('sca.requested.demo.dlq');
  });
});

describe('redriving', () => {
  const bytes = fc.uint8Array({ maxLength: 64 }).map((array) => Buffer.from(array));

  it('publishes the same bytes where they came from, counted once more', () => {
    fc.assert(
      fc.property(fc.option(bytes), fc.option(bytes), fc.dictionary(fc.stringMatching(/^x-[a-z]{1,8}$/), bytes), fc.nat({ max: 3 }), (key, value, own, before) => {
        const headers = before === 0 ? own : { ...own, 'dlq-redrive': Buffer.from(String(before)) };
        const again = redrive(delivered(deadLetter({ ...POISON, key, value, headers }, WHY)));
        expect(again).toEqual({ ok: true, value: { topic: 'sca.requested', key, value, headers: { ...own, 'dlq-redrive': String(before + 1) } } });
      }),
    );
  });

  it('is refused for what is no dead letter, or one of another topic', () => {
    expect(redrive(POISON).ok).toBe(false);
    const letter = delivered(deadLetter(POISON, WHY));
    expect(redrive({ ...letter, headers: {} }).ok).toBe(false);
    expect(redrive({ ...letter, headers: { ...letter.headers, 'dlq-origin': Buffer.from('sca.verdict/0/0') } }).ok).toBe(false);
    expect(redrive({ ...letter, headers: { ...letter.headers, 'dlq-redrive': Buffer.from('-1') } }).ok).toBe(false);
  });

  it.each([[undefined, 0], ['1', 1], ['12', 12], ['0', null], ['-1', null], ['x', null], ['', null]])('%j counts as %j', (header, count) => {
    expect(redriveOf(header === undefined ? {} : { 'dlq-redrive': Buffer.from(header) })).toBe(count);
  });
});
