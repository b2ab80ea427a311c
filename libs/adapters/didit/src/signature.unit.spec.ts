import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { canonicalBody } from './canonical-body';
import { verifyWebhook, type RawWebhook, type VerifyOptions } from './signature';

interface Vector {
  name: string;
  x_timestamp: string;
  raw_body: string;
  x_signature: string;
  x_signature_v2: string;
  x_signature_simple: string;
}
const file = path.join(__dirname, '../../../testing/vectors/didit-signature-vectors.json');
const { secret, vectors } = JSON.parse(readFileSync(file, 'utf8')) as { secret: string; vectors: Vector[] };
const vector = (letter: string): Vector => vectors.find((candidate) => candidate.name.startsWith(`${letter} `))!;
const A = vector('A');
const B = vector('B');

const hmac = (message: string, key = secret): string => createHmac('sha256', key).update(message).digest('hex');
const delivery = (body: string, headers: RawWebhook['headers']): RawWebhook => ({ body: Buffer.from(body, 'utf8'), headers });
const at = (seconds: number | string, over: Partial<VerifyOptions> = {}): VerifyOptions => ({ secrets: [secret], nowMs: Number(seconds) * 1000, freshnessSeconds: 300, ...over });
const of = (v: Vector, headers: RawWebhook['headers'] = {}): RawWebhook =>
  delivery(v.raw_body, { 'x-timestamp': v.x_timestamp, 'x-signature': v.x_signature, 'x-signature-v2': v.x_signature_v2, 'x-signature-simple': v.x_signature_simple, ...headers });

const accepted = (raw: RawWebhook, options: VerifyOptions): string | null => {
  const result = verifyWebhook(raw, options);
  return result.ok ? result.value.verifiedBy : null;
};
const refusal = (raw: RawWebhook, options: VerifyOptions): string | null => {
  const result = verifyWebhook(raw, options);
  return result.ok ? null : result.error;
};

describe('signatures of the published vectors', () => {
  it.each(vectors.map((v) => [v.name, v] as const))('%s: the raw signature is enough', (_, v) => {
    expect(accepted(of(v, { 'x-signature-v2': undefined }), at(v.x_timestamp))).toBe('X-Signature');
  });

  it.each(vectors.map((v) => [v.name, v] as const))('%s: the canonical signature is enough', (_, v) => {
    expect(accepted(of(v, { 'x-signature': undefined }), at(v.x_timestamp))).toBe('X-Signature-V2');
  });

  it('a body that something on the way wrote anew passes by its canonical form alone', () => {
    const rewritten = of(vector('C'), { 'x-signature': B.x_signature });
    expect(accepted(rewritten, at(B.x_timestamp))).toBe('X-Signature-V2');
    expect(refusal({ ...rewritten, headers: { ...rewritten.headers, 'x-signature-v2': undefined } }, at(B.x_timestamp))).toBe('SIGNATURE_INVALID');
  });
});

describe('refused', () => {
  it('a changed amount under the signatures of the unchanged body', () => {
    const changed = vector('G');
    expect(changed.x_signature_simple).toBe(B.x_signature_simple);
    expect(refusal(of(changed, { 'x-signature': B.x_signature, 'x-signature-v2': B.x_signature_v2 }), at(B.x_timestamp))).toBe('SIGNATURE_INVALID');
  });

  it('the simple signature alone, though it is right', () => {
    expect(refusal(of(A, { 'x-signature': undefined, 'x-signature-v2': undefined }), at(A.x_timestamp))).toBe('SIGNATURE_SIMPLE_ALONE');
  });

  it('no signature at all', () => {
    expect(refusal(delivery(A.raw_body, { 'x-timestamp': A.x_timestamp }), at(A.x_timestamp))).toBe('SIGNATURE_MISSING');
  });

  it.each([
    ['upper case', A.x_signature.toUpperCase()],
    ['63 characters', A.x_signature.slice(1)],
    ['65 characters', `${A.x_signature}0`],
    ['empty', ''],
    ['a prefix', `sha256=${A.x_signature}`],
    ['blanks around', ` ${A.x_signature}`],
    ['a line end', `${A.x_signature}\n`],
    ['not hex', 'z'.repeat(64)],
  ])('a signature in another spelling: %s', (_, spelled) => {
    expect(refusal(of(A, { 'x-signature': spelled, 'x-signature-v2': spelled }), at(A.x_timestamp))).toBe('SIGNATURE_INVALID');
  });

  it('a signature header that came twice', () => {
    expect(refusal(of(A, { 'x-signature': [A.x_signature, A.x_signature], 'x-signature-v2': undefined }), at(A.x_timestamp))).toBe('SIGNATURE_INVALID');
  });

  it('the secret of another destination, and no secret', () => {
    expect(refusal(of(A), at(A.x_timestamp, { secrets: [`${secret}x`] }))).toBe('SIGNATURE_INVALID');
    expect(refusal(of(A), at(A.x_timestamp, { secrets: [] }))).toBe('SIGNATURE_INVALID');
  });

  it('a body signed with an empty secret, though an empty one is configured', () => {
    const signature = hmac(A.raw_body, '');
    expect(refusal(of(A, { 'x-signature': signature, 'x-signature-v2': signature }), at(A.x_timestamp, { secrets: [''] }))).toBe('SIGNATURE_INVALID');
  });

  it('the variant that signs the time before the body', () => {
    const prefixed = '6dfc1f8383177bf713136bdb6b1f8cae8d9ea402c067323b56d787b42e5a904f';
    expect(hmac(`${A.x_timestamp}:${A.raw_body}`)).toBe(prefixed);
    expect(refusal(of(A, { 'x-signature': prefixed, 'x-signature-v2': prefixed }), at(A.x_timestamp))).toBe('SIGNATURE_INVALID');
  });

  it.each(['[]', 'null', '"x"', '1', '', 'not json', '{"timestamp":1774970000'])('a signed body that is no object: %j', (body) => {
    const signature = hmac(body);
    expect(refusal(delivery(body, { 'x-timestamp': '1774970000', 'x-signature': signature }), at(1774970000))).toBe('BODY_NOT_JSON');
  });

  it('a signed body that is not UTF-8', () => {
    const body = Buffer.concat([Buffer.from('{"timestamp":1774970000,"a":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    const signature = createHmac('sha256', secret).update(body).digest('hex');
    expect(refusal({ body, headers: { 'x-timestamp': '1774970000', 'x-signature': signature } }, at(1774970000))).toBe('BODY_NOT_JSON');
  });

  it('two different half surrogates under one canonical signature', () => {
    const replaced = hmac('{"a":"\ufffd","timestamp":1774970000}');
    expect(refusal(delivery('{"a":"\\ud800","timestamp":1774970000}', { 'x-timestamp': '1774970000', 'x-signature-v2': replaced }), at(1774970000))).toBe('SIGNATURE_INVALID');
  });
});

describe('time', () => {
  it.each([0, 300, -300])('%i seconds old is fresh', (age) => expect(accepted(of(A), at(1774970000 + age))).toBe('X-Signature'));
  it.each([301, -301, 86_400])('%i seconds old is stale', (age) => expect(refusal(of(A), at(1774970000 + age))).toBe('TIMESTAMP_STALE'));
  it('a clock that gives no time refuses', () => expect(refusal(of(A), at(Number.NaN))).toBe('TIMESTAMP_STALE'));

  it('an old body under a new header time', () => {
    expect(refusal(of(A, { 'x-timestamp': '1774980000' }), at(1774980000))).toBe('TIMESTAMP_MISMATCH');
  });

  it.each([undefined, '', '0', '-1', '01774970000', '1774970000.0', '1.77497e9', ' 1774970000', '0x69cb9310', 'NaN', '１７７４９７００００'])('a header time in another spelling: %j', (text) => {
    expect(refusal(of(A, { 'x-timestamp': text }), at(A.x_timestamp))).toBe('TIMESTAMP_INVALID');
  });

  it.each(['', ',"timestamp":"1774970000"', ',"timestamp":null', ',"timestamp":[1774970000]'])('a body without a number as its time: {"a":1%s}', (member) => {
    const body = `{"a":1${member}}`;
    expect(refusal(delivery(body, { 'x-timestamp': '1774970000', 'x-signature': hmac(body) }), at(1774970000))).toBe('TIMESTAMP_MISMATCH');
  });

  it('of a body with two times the last counts, on both ways', () => {
    const body = '{"timestamp":1,"timestamp":1774970000}';
    const canonical = canonicalBody(body);
    const v2 = canonical.ok ? hmac(canonical.value) : '';
    expect(accepted(delivery(body, { 'x-timestamp': '1774970000', 'x-signature': hmac(body) }), at(1774970000))).toBe('X-Signature');
    expect(accepted(delivery(body, { 'x-timestamp': '1774970000', 'x-signature-v2': v2 }), at(1774970000))).toBe('X-Signature-V2');
    expect(refusal(delivery(body, { 'x-timestamp': '1', 'x-signature': hmac(body) }), at(1))).toBe('TIMESTAMP_MISMATCH');
  });
});

describe('rotation', () => {
  it('both the old and the new secret are good while both are configured', () => {
    const old = 'old_secret_0123456789abcdefghijklmnopqrstuv';
    expect(accepted(of(A), at(A.x_timestamp, { secrets: [old, secret] }))).toBe('X-Signature');
    expect(accepted(of(A), at(A.x_timestamp, { secrets: [secret, old] }))).toBe('X-Signature');
    expect(accepted(of(A, { 'x-signature': hmac(A.raw_body, old) }), at(A.x_timestamp, { secrets: [secret, old] }))).toBe('X-Signature');
  });
});

describe('what was verified', () => {
  it('is what is read: the content, the hash of the bytes, the time', () => {
    const result = verifyWebhook(of(B), at(B.x_timestamp));
    expect(result).toMatchObject({ ok: true, value: { dispatchedAtSeconds: 1774970005, isTest: false, isAuthentic: true } });
    if (result.ok) expect(result.value.content).toEqual(JSON.parse(B.raw_body));
  });

  it('marks console tests', () => {
    const result = verifyWebhook(of(A, { 'x-didit-test-webhook': 'true' }), at(A.x_timestamp));
    expect(result).toMatchObject({ ok: true, value: { isTest: true } });
  });
});

describe('any one-bit change', () => {
  const flip = (bytes: Buffer, bit: number): Buffer => {
    const changed = Buffer.from(bytes);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    return changed;
  };
  const bitOf = (text: string): fc.Arbitrary<number> => fc.nat({ max: Buffer.byteLength(text) * 8 - 1 });

  it('of the body is refused under its raw signature', () => {
    fc.assert(
      fc.property(fc.constantFrom(...vectors).chain((v) => fc.tuple(fc.constant(v), bitOf(v.raw_body))), ([v, bit]) => {
        const changed = { ...of(v, { 'x-signature-v2': undefined }), body: flip(Buffer.from(v.raw_body), bit) };
        return refusal(changed, at(v.x_timestamp)) === 'SIGNATURE_INVALID';
      }),
      { numRuns: 5_000 },
    );
  });

  it('of the body is refused under its canonical signature, or changes nothing of what it says', () => {
    fc.assert(
      fc.property(fc.constantFrom(...vectors).chain((v) => fc.tuple(fc.constant(v), bitOf(v.raw_body))), ([v, bit]) => {
        const result = verifyWebhook({ ...of(v), body: flip(Buffer.from(v.raw_body), bit) }, at(v.x_timestamp));
        // `é` and `É` are one letter in an escape: the bytes differ, the content does not.
        if (result.ok) expect(result.value.content).toEqual(JSON.parse(v.raw_body));
        return true;
      }),
      { numRuns: 5_000 },
    );
  });

  it('of the secret is refused', () => {
    fc.assert(
      fc.property(bitOf(secret), (bit) => {
        const changed = flip(Buffer.from(secret), bit).toString('latin1');
        return accepted(of(A), at(A.x_timestamp, { secrets: [changed] })) === null;
      }),
    );
  });

  it('of a signature or of the time is refused', () => {
    fc.assert(
      fc.property(fc.constantFrom('x-signature', 'x-signature-v2', 'x-timestamp').chain((name) => fc.tuple(fc.constant(name), fc.nat({ max: (name === 'x-timestamp' ? 10 : 64) * 8 - 1 }))), ([name, bit]) => {
        const only = name === 'x-signature-v2' ? { 'x-signature': undefined } : { 'x-signature-v2': undefined };
        const raw = of(A, only);
        const changed = flip(Buffer.from(String(raw.headers[name])), bit).toString('latin1');
        return accepted({ ...raw, headers: { ...raw.headers, [name]: changed } }, at(A.x_timestamp)) === null;
      }),
      { numRuns: 2_000 },
    );
  });
});
