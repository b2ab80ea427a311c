import { randomBytes } from 'node:crypto';
import { CompactSign, base64url, generateKeyPair } from 'jose';
import { type ApprovalRequest, bindingOf } from '@assent/domain-linking';
import { type CodesUnderTest, ISSUER, KEYS, PAYMENT, PRESENTED, startCodes } from './codes-under-test.spec';
import { redeemOnce } from './redeem-once';

interface ApiDocument {
  readonly paths: Readonly<Record<string, { post: { responses: object } }>>;
  readonly components: { readonly schemas: Readonly<Record<string, { properties: object }>> };
}

let service: CodesUnderTest;
beforeAll(async () => {
  service = await startCodes();
});
afterAll(() => service.close());

const codeOf = (answer: { json(): { code?: string } }): string | undefined => answer.json().code;
const expire = (key: string): Promise<unknown> =>
  service.owner.transaction(async (tx) => {
    await tx.query('ALTER TABLE authentication_code DISABLE TRIGGER USER');
    await tx.query(`UPDATE authentication_code SET issued_at = now() - interval '1 hour', expires_at = clock_timestamp() WHERE key = $1`, [key]);
    await tx.query('ALTER TABLE authentication_code ENABLE TRIGGER USER');
  });

describe('a code is redeemed once, for exactly what was approved', () => {
  test('given an approved payment, when it is redeemed, then it is accepted and sca.redeemed is published in the same transaction', async () => {
    const { authenticationId, code, key, jti } = await service.approve();
    const answer = await service.redeem(authenticationId, { authenticationCode: code, redemptionId: 'r-1', ...PRESENTED });
    expect(answer.statusCode).toBe(200);
    const { redeemedAt, reason } = answer.json<{ redeemedAt: string; reason: string }>();
    expect(reason).toBe('MATCH');
    expect(await service.published(key)).toEqual([
      {
        topic: 'sca.redeemed',
        headers: expect.objectContaining({ ce_type: 'sca.redeemed.v1', ce_sequence: '8', ce_subject: authenticationId, ce_subjectref: expect.stringMatching(/^[\w-]{22,}$/) as string }) as object,
        body: { authenticationId, gatewayId: 'shop', codeId: jti, redemptionId: 'r-1', amount: '247.50', currency: 'EUR', redeemedAt },
      },
    ]);
  });

  test.each([1, 2, 3])('given 100 callers at once, when all redeem, then exactly one succeeds (round %i)', async (round) => {
    const { authenticationId, code, key } = await service.approve();
    const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => service.redeem(authenticationId, { authenticationCode: code, redemptionId: `round-${round}-${i}`, ...PRESENTED })));
    const counts = Map.groupBy(answers, (answer) => `${answer.statusCode} ${codeOf(answer) ?? ''}`);
    expect(new Map([...counts].map(([kind, all]) => [kind, all.length]))).toEqual(new Map([['200 ', 1], ['409 CODE_ALREADY_USED', 99]]));
    const published = await service.published(key);
    expect(published.filter(({ topic }) => topic === 'sca.redeemed')).toHaveLength(1);
    expect(published.filter(({ topic, body }) => topic === 'sca.evidence' && body['kind'] === 'REDEEM_REFUSED')).toHaveLength(99);
    const sequences = published.map(({ headers }) => Number(headers['ce_sequence']));
    expect(sequences).toEqual(sequences.map((_, i) => 8 + i));
  });

  test('given 50 callers with one redemptionId, when all redeem at once, then all get the same answer and one event is published', async () => {
    const { authenticationId, code, key } = await service.approve();
    const answers = await Promise.all(Array.from({ length: 50 }, () => service.redeem(authenticationId, { authenticationCode: code, redemptionId: 'same', ...PRESENTED })));
    expect(new Set(answers.map((answer) => `${answer.statusCode} ${answer.body}`)).size).toBe(1);
    expect(answers[0]?.statusCode).toBe(200);
    expect(await service.published(key)).toHaveLength(1);
  });

  test('given a redeemed code, when the same redemptionId comes with other spelling of the same content, then the stored answer is given; with other content it is used', async () => {
    const { authenticationId, code } = await service.approve();
    const redeem = (more: object): ReturnType<typeof service.redeem> => service.redeem(authenticationId, { authenticationCode: code, redemptionId: 'r-1', ...PRESENTED, ...more });
    const first = await redeem({});
    const again = await redeem({ amount: '247.5', payee: { account: 'es91 2100 0418 4502 0005 1332' } });
    expect([again.statusCode, again.body]).toEqual([200, first.body]);
    for (const more of [{ amount: '247.51' }, { currency: 'USD' }, { payee: { account: 'DE89370400440532013000' } }, { redemptionId: 'r-2' }, { redemptionId: null }]) {
      const other = await redeem(more);
      expect([other.statusCode, codeOf(other)]).toEqual([409, 'CODE_ALREADY_USED']);
    }
  });

  test('given a redemption without redemptionId, when it is repeated, then it is used', async () => {
    const { authenticationId, code } = await service.approve();
    expect((await service.redeem(authenticationId, { authenticationCode: code, ...PRESENTED })).statusCode).toBe(200);
    expect(codeOf(await service.redeem(authenticationId, { authenticationCode: code, ...PRESENTED }))).toBe('CODE_ALREADY_USED');
  });

  test('given a blocked amount, when part of it is taken, then it is within; a repeat for another part is not the same redemption', async () => {
    const { authenticationId, code } = await service.approve({ ...PAYMENT, payment: { ...PAYMENT.payment, kind: 'card_blocked' } });
    const over = await service.redeem(authenticationId, { authenticationCode: code, ...PRESENTED, amount: '247.51' });
    expect([over.statusCode, codeOf(over)]).toEqual([422, 'OVER_BLOCKED_AMOUNT']);
    const part = await service.redeem(authenticationId, { authenticationCode: code, ...PRESENTED, amount: '200', redemptionId: 'part' });
    expect([part.statusCode, part.json()]).toEqual([200, expect.objectContaining({ reason: 'WITHIN_BLOCKED_AMOUNT' })]);
    expect(codeOf(await service.redeem(authenticationId, { authenticationCode: code, ...PRESENTED, amount: '47.50', redemptionId: 'part' }))).toBe('CODE_ALREADY_USED');
  });

  test('given a batch of a thousand payees, when they come in another order, then it is accepted', async () => {
    const payees = Array.from({ length: 1000 }, (_, i) => ({ account: `ACC-${i}`, name: `Payee ${i}`, amount: '1.00' }));
    const { authenticationId, code } = await service.approve({ action: 'payment', payment: { kind: 'batch', amount: '1000.00', currency: 'EUR', payees } });
    const dropped = await service.redeem(authenticationId, { authenticationCode: code, amount: '1000.00', currency: 'EUR', payees: payees.slice(1) });
    expect([dropped.statusCode, codeOf(dropped)]).toEqual([422, 'PAYEE_CHANGED']);
    const whole = await service.redeem(authenticationId, { authenticationCode: code, amount: '1000.00', currency: 'EUR', payees: [...payees].reverse() });
    expect(whole.statusCode).toBe(200);
  });

  test('given a log-in, when it is redeemed, then no payment fields are taken and its event says no amount', async () => {
    const { authenticationId, code, key } = await service.approve({ action: 'login' });
    expect(codeOf(await service.redeem(authenticationId, { authenticationCode: code, ...PRESENTED }))).toBe('PAYMENT_FIELDS_UNEXPECTED');
    expect((await service.redeem(authenticationId, { authenticationCode: code })).statusCode).toBe(200);
    expect((await service.published(key)).at(-1)?.body).toMatchObject({ amount: null, currency: null, redemptionId: null });
  });
});

describe('the one statement that decides', () => {
  const redeemOnceAsIs = async (key: string, jti: string): Promise<number | null> => redeemOnce(service.database, { key, jti, redemptionId: null, reason: 'MATCH', amount: null });

  test('given 100 callers that locked and read nothing, then it answers one', async () => {
    const { key, jti } = await service.approve();
    const answers = await Promise.all(Array.from({ length: 100 }, () => redeemOnceAsIs(key, jti)));
    expect(answers.filter((answer) => answer !== null)).toHaveLength(1);
  });

  test('given a revoked code, an expired one, another code of the same authentication or a code of another one, then it answers nobody', async () => {
    const [revoked, expired, open] = [await service.approve(), await service.approve(), await service.approve()];
    await service.database.transaction((tx) => service.codes.revoke(tx, revoked.key, 'REVIEWER_OVERTURNED'));
    await expire(expired.key);
    expect(await redeemOnceAsIs(revoked.key, revoked.jti)).toBeNull();
    expect(await redeemOnceAsIs(expired.key, expired.jti)).toBeNull();
    expect(await redeemOnceAsIs(open.key, revoked.jti)).toBeNull();
    expect(await redeemOnceAsIs(revoked.key, open.jti)).toBeNull();
  });
});

describe('a code is refused for one stable reason', () => {
  test.each<[string, object, number, string]>([
    ['a cent more', { ...PRESENTED, amount: '247.51' }, 422, 'AMOUNT_CHANGED'],
    ['a cent less', { ...PRESENTED, amount: '247.49' }, 422, 'AMOUNT_CHANGED'],
    ['no amount at all', { ...PRESENTED, amount: 'two' }, 422, 'AMOUNT_CHANGED'],
    ['another currency', { ...PRESENTED, currency: 'USD' }, 422, 'CURRENCY_CHANGED'],
    ['another payee', { ...PRESENTED, payee: { account: 'DE89370400440532013000' } }, 422, 'PAYEE_CHANGED'],
    ['no payment fields', {}, 422, 'PAYMENT_FIELDS_REQUIRED'],
    ['a number for the amount', { ...PRESENTED, amount: 247.5 }, 400, 'REQUEST_INVALID'],
    ['an unknown field', { ...PRESENTED, tip: '1.00' }, 400, 'REQUEST_INVALID'],
    ['an unknown field of the payee', { ...PRESENTED, payee: { ...PRESENTED.payee, iban: 'x' } }, 400, 'REQUEST_INVALID'],
    ['a payee that is a text', { ...PRESENTED, payee: 'ES9121000418450200051332' }, 400, 'REQUEST_INVALID'],
  ])('given %s, then the code is refused and stays good', async (_what, presented, status, reason) => {
    const { authenticationId, code } = await service.approve();
    const refused = await service.redeem(authenticationId, { authenticationCode: code, ...presented });
    expect([refused.statusCode, codeOf(refused)]).toEqual([status, reason]);
    expect(refused.headers['content-type']).toContain('application/problem+json');
    const { traceId, ...problem } = refused.json<{ traceId: string }>();
    expect([traceId.length, JSON.stringify(problem)]).toEqual([32, expect.not.stringMatching(/ES91|DE89|247/)]);
    expect((await service.redeem(authenticationId, { authenticationCode: code, ...PRESENTED })).statusCode).toBe(200);
  });

  test('given a refused redemption, then its evidence names the reason and neither the code nor what was presented', async () => {
    const { authenticationId, code, key, jti } = await service.approve();
    await service.redeem(authenticationId, { authenticationCode: code, redemptionId: 'r-1', ...PRESENTED, amount: '999.00' });
    const [evidence, ...rest] = await service.published(key);
    expect(rest).toEqual([]);
    expect(evidence).toMatchObject({ topic: 'sca.evidence', body: { kind: 'REDEEM_REFUSED', data: { reason: 'AMOUNT_CHANGED', codeId: jti, redemptionId: 'r-1' } } });
    expect(JSON.stringify(evidence)).not.toMatch(/ES91|999|eyJ/);
  });

  test('given an expired code, then 410; when it was also used, used comes first; when it was also revoked, revoked comes first', async () => {
    const expired = await service.approve();
    await expire(expired.key);
    const answer = await service.redeem(expired.authenticationId, { authenticationCode: expired.code, ...PRESENTED, amount: '1.00' });
    expect([answer.statusCode, codeOf(answer)]).toEqual([410, 'CODE_EXPIRED']);

    const used = await service.approve();
    await service.redeem(used.authenticationId, { authenticationCode: used.code, ...PRESENTED });
    await expire(used.key);
    expect(codeOf(await service.redeem(used.authenticationId, { authenticationCode: used.code, ...PRESENTED }))).toBe('CODE_ALREADY_USED');

    await service.database.transaction((tx) => service.codes.revoke(tx, used.key, 'VENDOR_OVERTURNED'));
    const revoked = await service.redeem(used.authenticationId, { authenticationCode: used.code, ...PRESENTED });
    expect([revoked.statusCode, codeOf(revoked)]).toEqual([409, 'CODE_REVOKED']);
  });

  test('given an approval that was overturned, then it is revoked once, the event says whether it was used, and a repeat of the redemption learns of it', async () => {
    const { authenticationId, code, key, jti } = await service.approve();
    await service.redeem(authenticationId, { authenticationCode: code, redemptionId: 'r-1', ...PRESENTED });
    const revoke = (): ReturnType<typeof service.codes.revoke> => service.database.transaction((tx) => service.codes.revoke(tx, key, 'VENDOR_OVERTURNED'));
    expect(await revoke()).toMatchObject({ jti, alreadyRedeemed: true });
    expect(await revoke()).toBeNull();
    expect((await service.published(key)).filter(({ topic }) => topic === 'sca.revoked')).toEqual([
      expect.objectContaining({ body: expect.objectContaining({ codeId: jti, reason: 'VENDOR_OVERTURNED', alreadyRedeemed: true }) as object }),
    ]);
    expect(codeOf(await service.redeem(authenticationId, { authenticationCode: code, redemptionId: 'r-1', ...PRESENTED }))).toBe('CODE_REVOKED');
  });

  test('given redeem and revoke at the same moment, then the event of the revocation and the answers always agree', async () => {
    for (let round = 0; round < 10; round++) {
      const { authenticationId, code, key } = await service.approve();
      const [answer, revoked] = await Promise.all([
        service.redeem(authenticationId, { authenticationCode: code, ...PRESENTED }),
        service.database.transaction(async (tx) => {
          await tx.query('SELECT 1 FROM authentication WHERE key = $1 FOR UPDATE', [key]);
          return service.codes.revoke(tx, key, 'PAYER_REPORTED_FRAUD');
        }),
      ]);
      expect(revoked).not.toBeNull();
      expect([answer.statusCode, revoked?.alreadyRedeemed]).toEqual(answer.statusCode === 200 ? [200, true] : [409, false]);
    }
  });
});

describe('what is not our code for this gateway and authentication gets one answer', () => {
  const refusalOf = async (authenticationId: string, code: string, apiKey: string = KEYS.shop): Promise<string> => {
    const answer = await service.redeem(authenticationId, { authenticationCode: code, ...PRESENTED }, apiKey);
    return JSON.stringify([answer.statusCode, { ...answer.json<object>(), traceId: null }]);
  };

  test('given another gateway, another authentication, an unknown one or a forged code, then the answers are the same, word for word, and nothing is used', async () => {
    const mine = await service.approve();
    const other = await service.approve();
    const [header = '', payload = '', signature = ''] = mine.code.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
    const kid = (JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string }).kid;
    const stranger = await generateKeyPair('EdDSA');
    const sign = (protectedHeader: object, body: object = claims, key = stranger.privateKey): Promise<string> =>
      new CompactSign(Buffer.from(JSON.stringify(body))).setProtectedHeader({ alg: 'EdDSA', typ: 'sca+jwt', kid, ...protectedHeader }).sign(key);
    const hmacWithPublicKey = await new CompactSign(Buffer.from(JSON.stringify(claims))).setProtectedHeader({ alg: 'HS256', typ: 'sca+jwt', kid }).sign(randomBytes(32));
    const ours = (await service.keys.signer()).privateKey;
    const unsigned = `${base64url.encode(JSON.stringify({ alg: 'none', typ: 'sca+jwt', kid }))}.${payload}.`;
    const tampered = `${header}.${base64url.encode(JSON.stringify({ ...claims, exp: 9_999_999_999 }))}.${signature}`;
    const attempts = await Promise.all([
      refusalOf(mine.authenticationId, mine.code, KEYS.bank),
      refusalOf(other.authenticationId, mine.code),
      refusalOf('auth-unknown', mine.code),
      refusalOf('%00%00%00%00%00%00%00%00', mine.code),
      refusalOf('x'.repeat(400), mine.code),
      refusalOf(mine.authenticationId, other.code),
      refusalOf(mine.authenticationId, tampered),
      refusalOf(mine.authenticationId, unsigned),
      refusalOf(mine.authenticationId, hmacWithPublicKey),
      refusalOf(mine.authenticationId, await sign({})),
      refusalOf(mine.authenticationId, await sign({ kid: 'unknown' })),
      refusalOf(mine.authenticationId, await sign({ kid: undefined, jwk: stranger.publicKey })),
      refusalOf(mine.authenticationId, await sign({ typ: 'JWT' }, claims, ours)),
      refusalOf(mine.authenticationId, await sign({ typ: undefined }, claims, ours)),
      refusalOf(mine.authenticationId, await sign({ crit: ['b64'], b64: true }, claims, ours)),
      refusalOf(mine.authenticationId, await sign({}, { ...claims, iss: 'somebody' }, ours)),
      refusalOf(mine.authenticationId, await sign({}, { ...claims, aud: ['shop', 'bank'] }, ours)),
      refusalOf(mine.authenticationId, await sign({}, { ...claims, jti: 'another' }, ours)),
      refusalOf(mine.authenticationId, await sign({}, { ...claims, jti: undefined }, ours)),
      refusalOf(mine.authenticationId, await sign({}, [claims], ours)),
      ...['.', '..', 'a.b.c', 'not a code', `${mine.code}.x`, '💥', '{}'].map((text) => refusalOf(mine.authenticationId, text)),
    ]);
    expect([...new Set(attempts)]).toEqual([expect.stringMatching(/^\[422,.*"CODE_INVALID"/)]);
    expect((await service.redeem(mine.authenticationId, { authenticationCode: mine.code, ...PRESENTED })).statusCode).toBe(200);
    expect((await service.redeem(other.authenticationId, { authenticationCode: other.code, ...PRESENTED })).statusCode).toBe(200);
  });

  test('given the other gateway tries, then nothing is published under either name', async () => {
    const { authenticationId, code, key } = await service.approve();
    await service.redeem(authenticationId, { authenticationCode: code, ...PRESENTED }, KEYS.bank);
    expect([await service.published(key), await service.published(`bank:${authenticationId}`)]).toEqual([[], []]);
  });

  test('the call is documented with its fields and answers', async () => {
    const document = (await service.inject({ method: 'GET', url: '/openapi.json' })).json<ApiDocument>();
    expect(Object.keys(document.paths['/v1/authentications/{id}/redeem']!.post.responses)).toEqual(expect.arrayContaining(['200', '409', '410', '422']));
    expect(Object.keys(document.components.schemas['RedeemRequest']!.properties)).toEqual(['authenticationCode', 'redemptionId', 'amount', 'currency', 'payee', 'payees']);
  });

  test('given no key, an unknown key or one without the scope, then 401 and 403', async () => {
    const { authenticationId, code } = await service.approve();
    const body = { authenticationCode: code, ...PRESENTED };
    expect((await service.inject({ method: 'POST', url: `/v1/authentications/${authenticationId}/redeem`, payload: body })).statusCode).toBe(401);
    expect((await service.redeem(authenticationId, body, 'unknown-key-0123456789')).statusCode).toBe(401);
    expect((await service.redeem(authenticationId, body, KEYS.reader)).statusCode).toBe(403);
  });
});

describe('codes are issued with the approval, or not at all', () => {
  const login: ApprovalRequest = { action: 'login' };

  test('given a second code for one authentication, then the transaction fails', async () => {
    const { key, authenticationId, gatewayId, binding } = await service.approve(login);
    const again = service.database.transaction((tx) =>
      service.codes.issue(tx, [{ key, authenticationId, gatewayId, payerId: 'payer-1', binding, amr: ['face'], nowMs: Date.now(), authenticationExpiresMs: Date.now() + 1000 }]));
    await expect(again).rejects.toMatchObject({ code: '23505' });
  });

  test('given fifty approvals at once, then each gets its own code, in their order; given one of them twice, then none gets any', async () => {
    const nowMs = Date.now();
    const asked = Array.from({ length: 50 }, (_, i) => ({
      key: `shop:bulk-${1000 + i}`, authenticationId: `bulk-${1000 + i}`, gatewayId: 'shop', payerId: `p-${i}`, amr: ['face'], nowMs, authenticationExpiresMs: nowMs + 1000,
      binding: { kind: 'action', action: 'login', reference: null, description: `"quoted" \\ {${i}}` } as const,
    }));
    const issued = await service.database.transaction((tx) => service.codes.issue(tx, asked));
    expect(issued.map(({ key }) => key)).toEqual(asked.map(({ key }) => key));
    expect(new Set(issued.map(({ jti }) => jti)).size).toBe(50);
    const { rows } = await service.owner.query<{ binding: unknown }>(`SELECT binding FROM authentication_code WHERE key LIKE 'shop:bulk-%' ORDER BY key`);
    expect(rows.map(({ binding }) => binding)).toEqual(asked.map(({ binding }) => binding));
    const fresh = { ...asked[0]!, key: 'shop:bulk-9999', authenticationId: 'bulk-9999' };
    await expect(service.database.transaction((tx) => service.codes.issue(tx, [fresh, asked[1]!]))).rejects.toMatchObject({ code: '23505' });
    expect((await service.owner.query(`SELECT 1 FROM authentication_code WHERE key = 'shop:bulk-9999'`)).rowCount).toBe(0);
  });

  test('given an expired request, then no code is made', async () => {
    const nowMs = Date.now();
    const binding = bindingOf(login);
    const request = { key: 'shop:auth-late-0', authenticationId: 'auth-late-0', gatewayId: 'shop', payerId: 'p', binding, amr: ['face'], nowMs, authenticationExpiresMs: nowMs };
    await expect(service.database.transaction((tx) => service.codes.issue(tx, [request]))).rejects.toThrow('expired');
  });

  test('given the run-time role, when it tries to change or undo a redemption, then the database refuses', async () => {
    const { authenticationId, code, key } = await service.approve();
    await service.redeem(authenticationId, { authenticationCode: code, ...PRESENTED });
    for (const change of [`redeemed_at = NULL, redemption_reason = NULL, redeemed_amount = NULL`, `redeemed_amount = '1.00'`, `binding = '{}'`, `expires_at = now() + interval '1 year'`]) {
      await expect(service.database.query(`UPDATE authentication_code SET ${change} WHERE key = $1`, [key])).rejects.toMatchObject({ code: '23000' });
    }
  });

  test('given a code, then it carries what was approved under registered claims, for ten minutes', async () => {
    const { code, authenticationId, jti, expiresAtMs } = await service.approve(PAYMENT, { nowMs: 1_800_000_000_123 });
    const [header = '', payload = ''] = code.split('.').map((part) => Buffer.from(part, 'base64url').toString());
    expect(JSON.parse(header)).toEqual({ alg: 'EdDSA', typ: 'sca+jwt', kid: (await service.keys.signer()).kid });
    expect(JSON.parse(payload)).toEqual({
      iss: ISSUER, aud: 'shop', sub: 'payer-1', jti, iat: 1_800_000_000, exp: 1_800_000_600, txn: authenticationId, amr: ['face', 'hwk', 'mfa'],
      authorization_details: [
        {
          type: 'payment_initiation', kind: 'single', instructedAmount: { currency: 'EUR', amount: '247.50' },
          creditorName: 'Librería Ñandú', creditorAccount: { iban: 'ES9121000418450200051332' }, reference: 'order-7',
        },
      ],
    });
    expect(expiresAtMs).toBe(1_800_000_600_000);
  });
});
