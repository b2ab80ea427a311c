import { randomBytes } from 'node:crypto';
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { ReadinessRegistry, Secret } from '@assent/platform';
import { type CodesUnderTest, ISSUER, PRESENTED, startCodes } from './codes-under-test.spec';
import { CodesModule } from './codes.module';
import { KeyRing } from './key-ring';

let service: CodesUnderTest;
beforeEach(async () => {
  service = await startCodes();
});
afterEach(() => service.close());

interface KeyRow { kid: string; state: string; has_private: boolean }
const rows = async (): Promise<KeyRow[]> =>
  (await service.owner.query<KeyRow>('SELECT kid, state, private_key_sealed IS NOT NULL AS has_private FROM signing_key ORDER BY created_at, state')).rows;
const ofState = async (state: string): Promise<KeyRow | undefined> => (await rows()).find((row) => row.state === state);
const replica = (options = service.options): KeyRing => new KeyRing(service.database, options);
/** Makes every key so many seconds older. */
const age = (seconds: number): Promise<unknown> =>
  service.owner.query(
    `UPDATE signing_key SET created_at = created_at - age, activated_at = activated_at - age, demoted_at = demoted_at - age FROM make_interval(secs => $1) AS age`,
    [seconds],
  );
const DAY = 86_400;

describe('the key ring is one for all replicas', () => {
  test('given an empty table, when twelve replicas start at once, then there is one current and one next key, and all sign with the same', async () => {
    await service.owner.query('DELETE FROM signing_key');
    const rings = Array.from({ length: 12 }, () => replica());
    await Promise.all(rings.map((ring) => ring.ensure()));
    expect((await rows()).map(({ state }) => state).sort()).toEqual(['current', 'next']);
    expect(new Set(await Promise.all(rings.map(async (ring) => (await ring.signer()).kid))).size).toBe(1);
  });

  test('given another encryption key, when a replica starts, then it fails and touches nothing', async () => {
    const before = await rows();
    await expect(replica({ ...service.options, keyEncryptionKey: new Secret(randomBytes(32)) }).ensure()).rejects.toThrow('sealed under another key');
    expect(await rows()).toEqual(before);
  });

  test('given a sealed key that was put in another key’s row, then it does not open', async () => {
    await service.owner.query(`UPDATE signing_key SET private_key_sealed = (SELECT private_key_sealed FROM signing_key WHERE state = 'next') WHERE state = 'current'`);
    await expect(replica().signer()).rejects.toThrow('sealed under another key');
  });

  test('given the table, then no private key stands in it in clear', async () => {
    const { rows: stored } = await service.owner.query<{ text: string; sealed: Buffer }>('SELECT public_key::text AS text, private_key_sealed AS sealed FROM signing_key');
    expect(stored).toHaveLength(2);
    for (const { text, sealed } of stored) expect([text.includes('"d"'), sealed.includes('PRIVATE KEY')]).toEqual([false, false]);
  });
});

describe('the start of a replica', () => {
  test('given a database that takes no connections, then it starts, is not ready, and becomes ready by itself when the database is back', async () => {
    const database = service.anotherDatabase();
    const readiness = new ReadinessRegistry();
    const module = new CodesModule(new KeyRing(database, service.options), readiness);
    await service.refuseConnections(true);
    await module.onModuleInit();
    expect(await readiness.report()).toEqual({ ready: false, checks: { 'signing-keys': 'failing' } });
    await service.refuseConnections(false);
    expect(await readiness.report()).toEqual({ ready: true, checks: { 'signing-keys': 'ok' } });
    module.onModuleDestroy();
    await database.end();
  });

  test('given another encryption key, then it does not start', async () => {
    const module = new CodesModule(replica({ ...service.options, keyEncryptionKey: new Secret(randomBytes(32)) }), new ReadinessRegistry());
    await expect(module.onModuleInit()).rejects.toThrow('sealed under another key');
  });

  test.each([59, 3601, 60.5, Number.NaN])('given codes that would live for %p seconds, then it does not start', (ttlSeconds) => {
    expect(() => CodesModule.forRoot({ ...service.options, ttlSeconds })).toThrow('60 to 3600');
  });
});

describe('rotation leaves nobody without a key', () => {
  test('given fresh keys, then they are not rotated: verifiers do not know the next one yet', async () => {
    expect(await service.keys.rotate()).toEqual({ ok: false, error: 'NEXT_TOO_YOUNG' });
  });

  test('given a rotation, then the next key signs, codes of the previous one are still redeemed, and its private half is gone', async () => {
    const before = await service.approve();
    const [current, next] = [await ofState('current'), await ofState('next')];
    await age(DAY);
    expect(await service.keys.rotate()).toEqual({ ok: true, value: next?.kid });
    expect((await rows()).filter(({ kid }) => kid === current?.kid)).toEqual([{ kid: current?.kid, state: 'previous', has_private: false }]);
    expect((await service.redeem(before.authenticationId, { authenticationCode: before.code, ...PRESENTED })).statusCode).toBe(200);
    const after = await service.approve();
    expect(JSON.parse(Buffer.from(after.code.split('.')[0]!, 'base64url').toString())).toMatchObject({ kid: next?.kid });
    expect((await service.redeem(after.authenticationId, { authenticationCode: after.code, ...PRESENTED })).statusCode).toBe(200);
  });

  test('given a key that was just demoted, then the next rotation waits until its last code has expired', async () => {
    await age(DAY);
    await service.keys.rotate();
    await service.owner.query(`UPDATE signing_key SET created_at = created_at - interval '1 day' WHERE state = 'next'`);
    expect(await service.keys.rotate()).toEqual({ ok: false, error: 'PREVIOUS_STILL_NEEDED' });
    await age(DAY);
    expect((await service.keys.rotate()).ok).toBe(true);
    expect((await rows()).map(({ state }) => state).sort()).toEqual(['current', 'next', 'previous', 'retired']);
  });

  test('given eight replicas that find the key due, then it is rotated once', async () => {
    await age(91 * DAY);
    await Promise.all(Array.from({ length: 8 }, () => replica().rotateWhenDue()));
    expect((await rows()).map(({ state }) => state).sort()).toEqual(['current', 'next', 'previous']);
  });

  test('given a key that is not due, then it stays', async () => {
    await age(89 * DAY);
    await replica().rotateWhenDue();
    expect((await rows()).map(({ state }) => state).sort()).toEqual(['current', 'next']);
  });

  test('given another replica rotated twice, when a code of a key comes that this one has never seen, then it looks and knows it', async () => {
    const other = replica();
    const known = await service.keys.signer();
    for (let i = 0; i < 2; i++) {
      await age(DAY);
      await other.rotate();
    }
    const { kid } = await other.signer();
    expect([kid === known.kid, await service.keys.publicKey(kid) !== null]).toEqual([false, true]);
  });

  test('given a retired key, then its codes are no longer valid', async () => {
    const old = await service.approve();
    for (let i = 0; i < 2; i++) {
      await age(DAY);
      await service.keys.rotate();
    }
    const answer = await service.redeem(old.authenticationId, { authenticationCode: old.code, ...PRESENTED });
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([422, 'CODE_INVALID']);
  });
});

describe('GET /.well-known/jwks.json', () => {
  test('given a rotation, then it lists current, next and previous, public halves only, and may be cached', async () => {
    await age(DAY);
    await service.keys.rotate();
    const answer = await service.inject({ method: 'GET', url: '/.well-known/jwks.json' });
    expect([answer.statusCode, answer.headers['cache-control'], answer.headers['content-type']]).toEqual([200, 'public, max-age=300', expect.stringContaining('application/jwk-set+json')]);
    const { keys } = answer.json<JSONWebKeySet>();
    expect(keys.map(({ kid }) => kid)).toEqual([(await ofState('current'))?.kid, (await ofState('next'))?.kid, (await ofState('previous'))?.kid]);
    for (const key of keys) expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x']);
  });

  test('given only the published keys, when anybody checks a code offline, then it verifies', async () => {
    const { code, authenticationId } = await service.approve();
    const jwks = (await service.inject({ method: 'GET', url: '/.well-known/jwks.json' })).json<JSONWebKeySet>();
    const { payload } = await jwtVerify(code, createLocalJWKSet(jwks), { algorithms: ['EdDSA'], typ: 'sca+jwt', issuer: ISSUER, audience: 'shop', requiredClaims: ['jti', 'exp', 'txn'] });
    expect(payload['txn']).toBe(authenticationId);
  });
});
