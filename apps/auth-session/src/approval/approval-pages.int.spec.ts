import { API_KEYS, ORIGIN, type SessionUnderTest, startSession, until } from '../session-under-test.spec';

let session: SessionUnderTest;
beforeAll(async () => {
  session = await startSession();
});
afterAll(() => session.close());

const evidence = async (key: string, kind: string): Promise<number> => (await session.published(key)).filter(({ body }) => body['kind'] === kind).length;
/** A row without what counts its events: what must not change by looking. */
const COUNTED = new Set(['version', 'page_served_count']);
const standing = async (key: string): Promise<unknown> => Object.entries(await session.row(key)).filter(([column]) => !COUNTED.has(column));

describe('who fetches the page changes nothing', () => {
  it('given link scanners, prefetchers and HEAD requests, when they come, then the payment waits as before, and only what was served is evidence', async () => {
    const demanded = await session.demand();
    const before = await standing(demanded.key);
    for (const headers of [{ 'user-agent': 'LinkScanner/1.0' }, { 'sec-purpose': 'prefetch' }, { accept: 'application/json' }]) expect((await session.page(demanded.path, headers)).statusCode).toBe(200);
    expect((await session.inject({ method: 'HEAD', url: demanded.path })).statusCode).toBe(200);
    expect((await session.page(`${demanded.path}/return?status=Approved&verificationSessionId=1`)).statusCode).toBe(200);
    expect((await session.page(`${demanded.path}/confirm`)).statusCode).toBe(404);
    expect(await standing(demanded.key)).toEqual(before);
    expect(await evidence(demanded.key, 'PAGE_SERVED')).toBe(3);
    expect(session.vendor.calls.create).toBe(0);
    expect(await session.verdicts(demanded.key)).toEqual([]);
  });

  it('given somebody who fetches the page again and again, then the evidence has an end', async () => {
    const demanded = await session.demand();
    await Promise.all(Array.from({ length: 120 }, () => session.page(demanded.path)));
    expect(await evidence(demanded.key, 'PAGE_SERVED')).toBe(50);
    expect((await session.page(demanded.path)).statusCode).toBe(200);
  });

  it('given the page, then it shows amount and payee, loads nothing, is framed by nobody, is kept by nobody, and tells its address to nobody', async () => {
    const demanded = await session.demand();
    const { headers, body } = await session.page(demanded.path);
    expect(body).toContain('Comercio Ñandú');
    expect(body).toMatch(/247\.50/);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['content-security-policy']).toContain(`form-action 'self' ${session.vendor.baseUrl}`);
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['referrer-policy']).toBe('same-origin');
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  it.each(['short', 'x'.repeat(43), `${'A'.repeat(42)}%00`, '..%2f..%2fv1'])('given the token "%s", when it is fetched or confirmed, then there is a friendly page and no effect', async (token) => {
    expect((await session.page(`/approve/${token}`)).statusCode).toBe(404);
    const reply = await session.post(`/approve/${token}/confirm`, 'a'.repeat(64));
    expect(reply.statusCode).toBe(404);
    expect(reply.headers['content-type']).toContain('text/html');
    expect((await session.post(`/approve/${token}/refuse`, null)).statusCode).toBe(404);
  });

  it('given a request whose decision has not come, when its link is guessed, then there is nothing under it', async () => {
    const request = session.request();
    await session.inject({ method: 'POST', url: '/v1/authentications', headers: { authorization: `Bearer ${API_KEYS.rest}`, 'idempotency-key': 'k-1' }, payload: request });
    const path = `/approve/${session.links.tokenOf(session.keyOf(request.authenticationId, 'rest'))}`;
    expect((await session.page(path)).statusCode).toBe(404);
    expect((await session.post(`${path}/confirm`, 'a'.repeat(64))).statusCode).toBe(404);
  });
});

describe('only our own form decides', () => {
  it.each([
    ['a foreign origin', { origin: 'https://evil.example' }],
    ['our host by another scheme', { origin: 'http://approve.example' }],
    ['our host on another port', { origin: `${ORIGIN}:8443` }],
    ['a hidden origin', { origin: 'null' }],
    ['a hidden origin from another site', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
    ['our origin, but another site', { origin: ORIGIN, 'sec-fetch-site': 'cross-site' }],
    ['a sister site', { origin: ORIGIN, 'sec-fetch-site': 'same-site' }],
  ])('given a form from %s, when it is posted, then it is refused and has no effect', async (_, headers) => {
    const demanded = await session.demand();
    const before = await session.row(demanded.key);
    for (const what of ['confirm', 'refuse']) expect((await session.post(`${demanded.path}/${what}`, demanded.shown, headers)).statusCode).toBe(403);
    expect(await session.row(demanded.key)).toEqual(before);
  });

  it('given our own form behind a strict referrer policy, or a program with the token, when it is posted, then it counts', async () => {
    for (const headers of [{ origin: 'null', 'sec-fetch-site': 'same-origin' }, { origin: ORIGIN, 'sec-fetch-site': 'same-origin' }]) {
      const demanded = await session.demand();
      expect((await session.post(`${demanded.path}/confirm`, demanded.shown, headers)).statusCode).toBe(303);
    }
    const demanded = await session.demand();
    const reply = await session.inject({ method: 'POST', url: `${demanded.path}/confirm`, headers: { accept: 'application/json' }, payload: { shown: demanded.shown } });
    expect(reply.statusCode).toBe(200);
    expect(reply.json<{ redirectUrl: string }>().redirectUrl).toMatch(/\/session\//);
  });

  it.each([['another hash', 'f'.repeat(64)], ['no hash', null], ['rubbish', 'x']])('given a form with %s, when it is posted, then the page is shown again and no session is made', async (_, shown) => {
    const demanded = await session.demand();
    const calls = session.vendor.calls.create;
    const reply = await session.post(`${demanded.path}/confirm`, shown);
    expect(reply.statusCode).toBe(409);
    expect(reply.body).toContain(demanded.shown);
    expect(session.vendor.calls.create).toBe(calls);
    expect(await session.row(demanded.key)).toMatchObject({ state: 'AWAITING_PAYER', attempt: 0 });
    const json = await session.inject({ method: 'POST', url: `${demanded.path}/confirm`, headers: { accept: 'application/json' }, payload: shown === null ? {} : { shown } });
    expect(json.statusCode).toBe(409);
    expect(json.json<{ code: string }>().code).toBe('DETAILS_CHANGED');
  });

  it('given the payer refuses, then the verdict says so, the evidence has what was shown, and nothing can be confirmed any more', async () => {
    const demanded = await session.demand();
    const reply = await session.post(`${demanded.path}/refuse`, demanded.shown);
    expect(reply.headers['location']).toBe(`${ORIGIN}${demanded.path}/return`);
    expect(await session.verdict(demanded.key)).toMatchObject({ outcome: 'DECLINED', reasons: ['PAYER_REFUSED'], mayProceed: false });
    expect((await session.published(demanded.key)).find(({ body }) => body['kind'] === 'PAYER_REFUSED')?.body['data']).toEqual({ shownHash: demanded.shown });
    expect((await session.post(`${demanded.path}/confirm`, demanded.shown)).statusCode).toBe(303);
    expect(session.vendor.calls.create).toBeGreaterThanOrEqual(0);
    expect(await session.verdicts(demanded.key)).toHaveLength(1);
  });

  it('given an open check, when the payer refuses on our page, then the request ends and the vendor session is deleted', async () => {
    const demanded = await session.demand();
    const id = await session.confirm(demanded);
    await session.post(`${demanded.path}/refuse`, demanded.shown);
    expect(await session.verdict(demanded.key)).toMatchObject({ reasons: ['PAYER_REFUSED'] });
    await until(() => !session.vendor.sessions.has(id), 'the deletion');
  });
});

describe('the payer comes back', () => {
  it('given what the query says, when the payer returns, then it is not believed: the result is what was decided', async () => {
    const demanded = await session.demand();
    const id = await session.confirm(demanded);
    const waiting = await session.page(`${demanded.path}/return?status=Approved&verificationSessionId=${id}`);
    expect(waiting.statusCode).toBe(200);
    expect(waiting.body).toMatch(/http-equiv="refresh"/);
    expect(await session.verdicts(demanded.key)).toEqual([]);
    session.vendor.finish(id, 'Declined');
    await session.webhooks(session.webhook(id, 'Declined'));
    await session.verdict(demanded.key);
    const result = await session.page(`${demanded.path}/return?status=Approved`);
    expect(result.body).not.toMatch(/face|liveness/i);
    expect(result.body).toContain('https://shop.example/back');
  });

  it('given a confirmed payment, when the vendor is asked to send the browser back, then it is to our own result page, with the language of the payer', async () => {
    const demanded = await session.demand(session.request({ payer: { id: 'payer-es', locale: 'es-ES' } }));
    const id = await session.confirm(demanded);
    expect(session.vendor.sessions.get(id)).toMatchObject({ callback: `${ORIGIN}${demanded.path}/return`, language: 'es', vendor_data: 'demo/payer-es' });
  });
});
