import type { LightMyRequestResponse } from 'fastify';
import { KEYS, type CodesUnderTest, startCodes } from '../codes/codes-under-test.spec';
import { JPEG, OTHER_JPEG, PNG, WEBP } from './portrait-samples.spec';

let service: CodesUnderTest;
beforeAll(async () => {
  service = await startCodes();
});
afterAll(() => service.close());

let payers = 0;
const newPayer = (): string => `payer-${(payers += 1)}`;
const call = (method: 'PUT' | 'DELETE', payerId: string, body?: Buffer | string, type = 'image/jpeg', key: string = KEYS.shop): Promise<LightMyRequestResponse> =>
  service.inject({
    method,
    url: `/v1/payers/${encodeURIComponent(payerId)}/portrait`,
    headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'content-type': type }) },
    ...(body === undefined ? {} : { payload: body }),
  });
const put = (payerId: string, image: Buffer, type?: string, key?: string): Promise<LightMyRequestResponse> => call('PUT', payerId, image, type, key);
const outcome = (answer: LightMyRequestResponse): string => `${answer.statusCode} ${answer.body === '' ? '' : answer.json<{ code: string }>().code}`.trim();
const shift = (payerId: string, hours: number): Promise<unknown> =>
  service.owner.query(
    `UPDATE portrait SET stored_at = stored_at - age, expires_at = expires_at - age, removed_at = removed_at - age FROM make_interval(hours => $2) AS age WHERE payer_id = $1`,
    [payerId, hours],
  );

/** The payer approves a new portrait and the gateway redeems the code, so many hours ago. */
async function approveReplacement(payerId: string, hoursAgo: number, gatewayId: 'shop' | 'bank' = 'shop'): Promise<void> {
  const { authenticationId, code, key } = await service.approve({ action: 'portrait_replace', description: 'Replace the reference photo' }, { payerId, gatewayId });
  const redeemed = await service.redeem(authenticationId, { authenticationCode: code }, KEYS[gatewayId]);
  expect(redeemed.statusCode).toBe(200);
  await service.owner.transaction(async (tx) => {
    await tx.query('ALTER TABLE authentication_code DISABLE TRIGGER USER');
    await tx.query('UPDATE authentication_code SET redeemed_at = redeemed_at - make_interval(hours => $2) WHERE key = $1', [key, hoursAgo]);
    await tx.query('ALTER TABLE authentication_code ENABLE TRIGGER USER');
  });
}

describe('PUT /v1/payers/{id}/portrait', () => {
  test.each([['image/jpeg', JPEG], ['image/png', PNG], ['image/webp', WEBP]])('given a payer without one, then %s is stored, sealed, and comes back byte for byte', async (type, image) => {
    const payerId = newPayer();
    expect(outcome(await put(payerId, image, type))).toBe('204');
    expect((await service.portraits.referenceFor('shop', payerId))?.equals(image)).toBe(true);
    const { rows } = await service.owner.query<{ image_sealed: Buffer }>('SELECT image_sealed FROM portrait WHERE payer_id = $1', [payerId]);
    expect(rows[0]?.image_sealed.includes(image.subarray(8, 24))).toBe(false);
  });

  test('given a payer who has one, then the same and another image are refused with the cure, and the first stays', async () => {
    const payerId = newPayer();
    await put(payerId, JPEG);
    for (const image of [JPEG, OTHER_JPEG]) {
      const refused = await put(payerId, image);
      expect([outcome(refused), refused.json<{ detail: string }>().detail]).toEqual(['409 PORTRAIT_EXISTS', expect.stringContaining('portrait_replace')]);
    }
    expect((await service.portraits.referenceFor('shop', payerId))?.equals(JPEG)).toBe(true);
  });

  test('given twenty uploads of two faces at once, then one is stored', async () => {
    const payerId = newPayer();
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => put(payerId, i % 2 === 0 ? JPEG : OTHER_JPEG)));
    expect(answers.map(outcome).sort()).toEqual(['204', ...Array.from({ length: 19 }, () => '409 PORTRAIT_EXISTS')]);
  });

  test('given an image of more than 1 MB, then 413; exactly 1 MB is taken', async () => {
    const sized = (bytes: number): Buffer => Buffer.concat([JPEG.subarray(0, 20), Buffer.alloc(bytes - 22, 0x20), Buffer.of(0xff, 0xd9)]);
    expect(outcome(await put(newPayer(), sized(1_048_577)))).toBe('413 BODY_TOO_LARGE');
    expect(outcome(await put(newPayer(), sized(1_048_576)))).toBe('204');
  });

  test.each([
    ['bytes of another type', JPEG, 'image/png', '422 PORTRAIT_UNREADABLE'],
    ['no image', Buffer.from('<svg onload="alert(1)"/>'), 'image/jpeg', '422 PORTRAIT_UNREADABLE'],
    ['SVG', Buffer.from('<svg/>'), 'image/svg+xml', '415 MEDIA_TYPE_UNSUPPORTED'],
    ['JSON', Buffer.from('{"image":"…"}'), 'application/json', '415 MEDIA_TYPE_UNSUPPORTED'],
    ['a form', Buffer.from('image=x'), 'application/x-www-form-urlencoded', '415 MEDIA_TYPE_UNSUPPORTED'],
    ['nothing', Buffer.alloc(0), 'image/jpeg', '422 PORTRAIT_UNREADABLE'],
  ])('given %s, then it is refused and nothing is stored', async (_what, body, type, expected) => {
    const payerId = newPayer();
    expect(outcome(await put(payerId, body, type))).toBe(expected);
    expect(await service.portraits.referenceFor('shop', payerId)).toBeNull();
  });

  test('given no key, a key without the scope, then 401 and 403', async () => {
    expect((await service.inject({ method: 'PUT', url: '/v1/payers/p/portrait', headers: { 'content-type': 'image/jpeg' }, payload: JPEG })).statusCode).toBe(401);
    expect(outcome(await put('p', JPEG, 'image/jpeg', KEYS.reader))).toBe('403 SCOPE_MISSING');
  });

  test('given two gateways with a payer of the same id, then they are two people; given one namespace, then one', async () => {
    const payerId = newPayer();
    expect(outcome(await put(payerId, JPEG))).toBe('204');
    expect(outcome(await put(payerId, OTHER_JPEG, 'image/jpeg', KEYS.bank))).toBe('204');
    expect(outcome(await put(payerId, OTHER_JPEG, 'image/jpeg', KEYS.sibling))).toBe('409 PORTRAIT_EXISTS');
    expect((await service.portraits.referenceFor('bank', payerId))?.equals(OTHER_JPEG)).toBe(true);
  });

  test.each(['ü-日本/..%2f', 'x'.repeat(128), '"; DROP TABLE portrait; --'])('given the payer id %.30p, then it is one payer', async (payerId) => {
    expect(outcome(await put(payerId, JPEG))).toBe('204');
    expect((await service.portraits.referenceFor('shop', payerId))?.equals(JPEG)).toBe(true);
  });

  test.each(['x'.repeat(129), 'a\u0000b'])('given a payer id that no request can have, then 400', async (payerId) => {
    expect(outcome(await put(payerId, JPEG))).toBe('400 REQUEST_INVALID');
  });

  test('given sealed bytes moved to another payer’s row, then they do not open there', async () => {
    const [victim, attacker] = [newPayer(), newPayer()];
    await put(victim, JPEG);
    await put(attacker, OTHER_JPEG);
    await service.owner.query('UPDATE portrait SET image_sealed = (SELECT image_sealed FROM portrait WHERE payer_id = $2) WHERE payer_id = $1', [victim, attacker]);
    await expect(service.portraits.referenceFor('shop', victim)).rejects.toThrow('sealed under another key');
  });
});

describe('a portrait is replaced only with the payer’s approval', () => {
  test('given an approval, when the cooling-off is over, then another is taken, once', async () => {
    const payerId = newPayer();
    await put(payerId, JPEG);
    await shift(payerId, 100);
    await approveReplacement(payerId, 1);
    const early = await put(payerId, OTHER_JPEG);
    expect([outcome(early), early.json<{ detail: string }>().detail]).toEqual(['409 PORTRAIT_COOLING_OFF', expect.stringMatching(/ends at \d{4}-/)]);
    await approveReplacement(payerId, 30);
    expect(outcome(await put(payerId, OTHER_JPEG))).toBe('204');
    expect(outcome(await put(payerId, JPEG))).toBe('409 PORTRAIT_EXISTS');
    expect((await service.portraits.referenceFor('shop', payerId))?.equals(OTHER_JPEG)).toBe(true);
  });

  test('given an approval from before the stored portrait, of another payer or of another gateway, then it serves nothing', async () => {
    const payerId = newPayer();
    await approveReplacement(payerId, 50);
    await put(payerId, JPEG);
    expect(outcome(await put(payerId, OTHER_JPEG))).toBe('409 PORTRAIT_EXISTS');
    await shift(payerId, 40);
    await approveReplacement(newPayer(), 30);
    await approveReplacement(payerId, 30, 'bank');
    expect(outcome(await put(payerId, OTHER_JPEG))).toBe('409 PORTRAIT_EXISTS');
  });

  test('given an approval that was overturned, then it serves nothing', async () => {
    const payerId = newPayer();
    await put(payerId, JPEG);
    await shift(payerId, 100);
    await approveReplacement(payerId, 30);
    const { rows } = await service.owner.query<{ key: string }>('SELECT key FROM authentication_code WHERE payer_id = $1', [payerId]);
    await service.database.transaction((tx) => service.codes.revoke(tx, rows[0]!.key, 'PAYER_REPORTED_FRAUD'));
    expect(outcome(await put(payerId, OTHER_JPEG))).toBe('409 PORTRAIT_EXISTS');
  });
});

describe('DELETE /v1/payers/{id}/portrait', () => {
  test('given a portrait, when it is deleted, then image and hash are gone, and another is taken only after the cooling-off', async () => {
    const payerId = newPayer();
    await put(payerId, JPEG);
    expect(outcome(await call('DELETE', payerId))).toBe('204');
    expect(await service.portraits.referenceFor('shop', payerId)).toBeNull();
    const { rows } = await service.owner.query('SELECT image_sealed, image_sha256 FROM portrait WHERE payer_id = $1', [payerId]);
    expect(rows).toEqual([{ image_sealed: null, image_sha256: null }]);
    expect(outcome(await put(payerId, OTHER_JPEG))).toBe('409 PORTRAIT_COOLING_OFF');
    await call('DELETE', payerId);
    await shift(payerId, 25);
    expect(outcome(await put(payerId, OTHER_JPEG))).toBe('204');
  });

  test('given none, then it is no error; another gateway’s is not touched', async () => {
    const payerId = newPayer();
    await put(payerId, JPEG);
    expect(outcome(await call('DELETE', payerId, undefined, undefined, KEYS.bank))).toBe('204');
    expect(await service.portraits.referenceFor('shop', payerId)).not.toBeNull();
  });
});

describe('a portrait is kept for its time only', () => {
  test('given one past its time, then it is not used even before the job has come, and the job erases it and no other', async () => {
    const [old, young] = [newPayer(), newPayer()];
    await put(old, JPEG);
    await put(young, JPEG);
    await shift(old, 30 * 24);
    expect(await service.portraits.referenceFor('shop', old)).toBeNull();
    expect(await service.portraits.expire()).toBe(1);
    const { rows } = await service.owner.query<{ payer_id: string; gone: boolean }>('SELECT payer_id, image_sealed IS NULL AS gone FROM portrait WHERE payer_id = ANY($1)', [[old, young]]);
    expect(new Map(rows.map(({ payer_id, gone }) => [payer_id, gone]))).toEqual(new Map([[old, true], [young, false]]));
    expect(outcome(await put(old, OTHER_JPEG))).toBe('409 PORTRAIT_COOLING_OFF');
    expect(outcome(await put(old, JPEG))).toBe('204');
  });
});

describe('what may be told of a portrait', () => {
  test('given a portrait, then its hash is there for the evidence of the vendor session, and it is on no topic', async () => {
    const payerId = newPayer();
    await put(payerId, JPEG);
    expect(await service.portraits.reference({ namespace: 'shop', payerId })).toMatchObject({ type: 'image/jpeg', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
    const { rows } = await service.owner.query<{ value: string }>('SELECT value FROM outbox');
    expect(rows.filter(({ value }) => value.includes('portrait:') || value.includes(JPEG.toString('base64').slice(0, 40)))).toEqual([]);
  });
});
