import type { ScaRequestedV1 } from '@assent/contracts';
import { API_KEYS, type SessionUnderTest, startSession, until } from '../session-under-test.spec';

let session: SessionUnderTest;
beforeAll(async () => {
  session = await startSession();
});
afterAll(() => session.close());

const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });
const create = (payload: object, idempotencyKey: string | null, key: string = API_KEYS.rest) =>
  session.inject({ method: 'POST', url: '/v1/authentications', headers: { ...bearer(key), ...(idempotencyKey === null ? {} : { 'idempotency-key': idempotencyKey }) }, payload });
const get = (id: string, query = '', key: string = API_KEYS.rest) => session.inject({ method: 'GET', url: `/v1/authentications/${id}${query}`, headers: bearer(key) });
/** A body whose id is left to us. */
const withoutId = () => Object.fromEntries(Object.entries(session.request()).filter(([field]) => field !== 'authenticationId')) as Omit<ScaRequestedV1, 'authenticationId'>;
const cancel = (id: string, key: string = API_KEYS.rest) => session.inject({ method: 'POST', url: `/v1/authentications/${id}/cancel`, headers: bearer(key) });

describe('a request over REST', () => {
  it('given a valid body, when it is posted, then it is accepted and published as the request it is, with the time it was made', async () => {
    const request = session.request();
    const reply = await create(request, 'key-a');
    expect(reply.statusCode).toBe(202);
    const answer = reply.json<Record<string, string>>();
    expect(answer).toMatchObject({ authenticationId: request.authenticationId, state: 'PENDING', approvalUrl: null, verdict: null });
    expect(Date.parse(answer['expiresAt'] ?? '') - Date.parse(answer['createdAt'] ?? '')).toBe(300_000);
    const [message, ...more] = await session.published(session.keyOf(request.authenticationId, 'rest'));
    expect(more).toEqual([]);
    expect(message).toMatchObject({ type: 'sca.requested.v1', topic: 'sca.requested', body: request, headers: { ce_source: '/services/auth-session', ce_time: answer['createdAt'], ce_sequence: '1' } });
  });

  it('given no id, when it is posted, then one is made; the same key and body give the same answer, whatever has happened since', async () => {
    const body = withoutId();
    const first = await create(body, 'key-b');
    const id = first.json<{ authenticationId: string }>().authenticationId;
    await session.decided(session.decision({ ...body, authenticationId: id }, { decision: 'EXEMPT', gatewayId: 'rest', body: { requestHash: String((await session.row(session.keyOf(id, 'rest')))['request_hash']) } }));
    const second = await create(body, 'key-b');
    expect(second.statusCode).toBe(202);
    expect(second.body).toBe(first.body);
    expect((await session.published(session.keyOf(id, 'rest'))).filter(({ type }) => type === 'sca.requested.v1')).toHaveLength(1);
    expect((await get(id)).json()).toMatchObject({ state: 'DECIDED', verdict: { outcome: 'EXEMPT', mayProceed: true } });
  });

  it('given fifty callers with one key and body at once, then there is one request', async () => {
    const body = withoutId();
    const replies = await Promise.all(Array.from({ length: 50 }, () => create(body, 'key-c')));
    expect(new Set(replies.map(({ statusCode, body: answer }) => `${statusCode} ${answer}`)).size).toBe(1);
  });

  it('given the key with another body, or the id with other content, when it is posted, then it is refused and the first goes on untouched', async () => {
    const request = session.request();
    await create(request, 'key-d');
    const before = await session.row(session.keyOf(request.authenticationId, 'rest'));
    const other = { ...request, payment: { ...request.payment, amount: '1.00' } };
    const reused = await create(other, 'key-d');
    expect([reused.statusCode, reused.json<{ code: string }>().code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    const conflict = await create(other, 'key-d2');
    expect([conflict.statusCode, conflict.json<{ code: string }>().code]).toEqual([422, 'REQUEST_CONFLICT']);
    expect((await create(request, 'key-d3')).statusCode).toBe(202);
    expect(await session.row(session.keyOf(request.authenticationId, 'rest'))).toEqual(before);
    expect(await session.published(session.keyOf(request.authenticationId, 'rest'))).toHaveLength(1);
  });

  it('given a reordered body, when it is posted with the same key, then it is the same content', async () => {
    const request = session.request();
    const first = await create(request, 'key-e');
    const reordered = Object.fromEntries(Object.entries(request).reverse());
    expect((await create(reordered, 'key-e')).body).toBe(first.body);
  });

  it.each([
    ['an unknown field', { facts: { ownAccounts: true } }, /facts/],
    ['the wrong decimals', { payment: { amount: '247.5', currency: 'EUR', payee: { account: 'ES9121000418450200051332', name: 'X' } } }, /payment\.amount/],
    ['a broken IBAN', { payment: { amount: '247.50', currency: 'EUR', payee: { account: 'ES9121000418450200051333', name: 'X' } } }, /payee\.account/],
    ['a foreign return address', { returnUrl: 'https://evil.example/' }, /returnUrl/],
    ['a time to live that is too long', { timeToLiveSeconds: 901 }, /timeToLiveSeconds/],
    ['no payer', { payer: undefined }, /payer/],
  ])('given %s, when it is posted, then the answer names the field, and nothing is written', async (_, changes, field) => {
    const request = { ...session.request(), ...changes };
    const reply = await create(request, 'key-f');
    expect(reply.statusCode).toBe(400);
    expect(reply.headers['content-type']).toContain('application/problem+json');
    expect(reply.json<{ errors: { field: string }[] }>().errors.some((error) => field.test(error.field))).toBe(true);
    expect(await session.row(session.keyOf(request.authenticationId, 'rest'))).toEqual({});
  });

  it.each([[null], [''], ['with blank'], ['ä'], ['x'.repeat(256)]])('given the Idempotency-Key %p, when it is posted, then it is refused', async (key) => {
    const reply = await create(session.request(), key);
    expect(reply.statusCode).toBe(400);
  });

  it.each([[[]], ['text'], [null], [{}]])('given the body %p, when it is posted, then it is refused as a whole', async (body) => {
    const reply = await session.inject({ method: 'POST', url: '/v1/authentications', headers: { ...bearer(API_KEYS.rest), 'idempotency-key': 'key-g', 'content-type': 'application/json' }, payload: JSON.stringify(body) });
    expect(reply.statusCode).toBe(400);
  });

  it('given no key, a wrong one, or the id of another gateway, when it is asked for, then nothing is told', async () => {
    const request = session.request();
    await create(request, 'key-h');
    expect((await session.inject({ method: 'GET', url: `/v1/authentications/${request.authenticationId}` })).statusCode).toBe(401);
    expect((await get(request.authenticationId, '', 'key-of-nobody-at-all-000001')).statusCode).toBe(401);
    expect((await get(request.authenticationId, '', API_KEYS.demo)).statusCode).toBe(404);
    expect((await cancel(request.authenticationId, API_KEYS.demo)).statusCode).toBe(404);
    expect((await get('no-such-authentication')).statusCode).toBe(404);
    expect((await get('..%2f')).statusCode).toBe(404);
    const same = await create(request, 'key-h', API_KEYS.demo);
    expect(same.statusCode).toBe(202);
    expect(await session.row(session.keyOf(request.authenticationId, 'demo'))).not.toEqual({});
  });
});

describe('waiting and taking back', () => {
  it('given a caller that waits, when the verdict is reached, then the answer comes at once, in whichever process it was reached', async () => {
    const request = session.request();
    await create(request, 'key-i');
    const waiting = get(request.authenticationId, '?waitSeconds=20');
    await session.decided(session.decision(request, { decision: 'EXEMPT', gatewayId: 'rest' }));
    const own = await waiting;
    expect(own.json()).toMatchObject({ state: 'DECIDED', verdict: { outcome: 'EXEMPT' } });
    expect((await get(request.authenticationId, '?waitSeconds=20')).json()).toEqual(own.json());
  });

  it('given nothing happens, when the time to wait is over, then the state is told as it is', async () => {
    const request = session.request();
    await create(request, 'key-j');
    expect((await get(request.authenticationId, '?waitSeconds=1')).json()).toMatchObject({ state: 'PENDING', verdict: null });
    for (const wait of ['-1', '31', '1.5', 'x', '']) expect((await get(request.authenticationId, `?waitSeconds=${wait}`)).statusCode).toBe(400);
  });

  it('given a demanded request, when it is asked for, then the link is there until it can no longer be used', async () => {
    const request = session.request();
    await create(request, 'key-k');
    await session.decided(session.decision(request, { gatewayId: 'rest' }));
    const view = (await get(request.authenticationId)).json<Record<string, unknown>>();
    expect(view['state']).toBe('AWAITING_PAYER');
    expect(view['approvalUrl']).toBe(session.links.urlOf(session.keyOf(request.authenticationId, 'rest')));
    const cancelled = await cancel(request.authenticationId);
    expect(cancelled.statusCode).toBe(202);
    expect(cancelled.json()).toMatchObject({ state: 'DECIDED', approvalUrl: null, verdict: { outcome: 'CANCELLED', reasons: ['GATEWAY_CANCELLED'], mayProceed: false } });
    const again = await cancel(request.authenticationId);
    expect([again.statusCode, again.json<{ code: string }>().code]).toEqual([409, 'ALREADY_DECIDED']);
  });

  it('given a request that is cancelled before its decision, when the decision comes, then the answer stays CANCELLED', async () => {
    const request = session.request();
    await create(request, 'key-l');
    await cancel(request.authenticationId);
    await session.decided(session.decision(request, { decision: 'EXEMPT', gatewayId: 'rest' }));
    expect(await session.verdicts(session.keyOf(request.authenticationId, 'rest'))).toHaveLength(1);
  });

  it('given a cancellation while the session is being made, when the answer comes, then the session is deleted and another payment can go on', async () => {
    const request = session.request();
    const demanded = await session.demand(request);
    session.vendor.faults.create.push({ delayAfterMs: 300 });
    const confirming = session.post(`${demanded.path}/confirm`, demanded.shown);
    await until(async () => (await session.row(demanded.key))['state'] === 'OPENING', 'the intent');
    expect((await cancel(request.authenticationId, API_KEYS.demo)).statusCode).toBe(202);
    expect((await confirming).statusCode).toBe(303);
    expect(await session.verdict(demanded.key)).toMatchObject({ outcome: 'CANCELLED' });
    const other = await session.demand(session.request({ payer: request.payer }));
    const id = await session.confirm(other);
    expect([...session.vendor.sessions.values()].filter(({ vendor_data: owner }) => owner === `demo/${request.payer.id}`).map(({ session_id: held }) => held)).toEqual([id]);
  });
});
