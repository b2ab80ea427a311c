import { jwtVerify, createLocalJWKSet, type JSONWebKeySet } from 'jose';
import { type SessionUnderTest, startSession } from './session-under-test.spec';

let session: SessionUnderTest;
beforeAll(async () => {
  session = await startSession();
});
afterAll(() => session.close());

describe('the way of an approval', () => {
  it('given a demanded payment, when the payer confirms and the vendor approves, then there is one verdict with a code that holds', async () => {
    const demanded = await session.demand();
    const page = await session.page(demanded.path);
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain(demanded.shown);
    const vendorSessionId = await session.confirm(demanded);
    session.vendor.finish(vendorSessionId);
    await session.webhooks(session.webhook(vendorSessionId, 'Approved'));
    const verdict = await session.verdict(demanded.key);
    expect(verdict).toMatchObject({
      outcome: 'APPROVED', mayProceed: true, assurance: 'SINGLE_FACTOR', reasons: ['AUTHENTICATED'], exemption: null, policy: { id: 'default', version: 3 },
      factors: [{ category: 'INHERENCE', method: 'face' }], payment: demanded.request.payment, action: 'payment', authenticationId: demanded.request.authenticationId, gatewayId: 'demo',
    });
    const jwks = (await session.inject({ method: 'GET', url: '/.well-known/jwks.json' })).json<JSONWebKeySet>();
    const { payload } = await jwtVerify(String(verdict['authenticationCode']), createLocalJWKSet(jwks), { issuer: 'assent-test', audience: 'demo' });
    expect(payload).toMatchObject({ txn: demanded.request.authenticationId, amr: ['face'], sub: demanded.request.payer.id });
    expect(new Date(String(verdict['validUntil'])).getTime()).toBe((payload.exp ?? 0) * 1000);

    const messages = await session.published(demanded.key);
    expect(messages.map(({ type, body }) => `${type} ${String(body['kind'] ?? body['status'] ?? body['outcome'])}`)).toEqual([
      'sca.session.v1 Not Started', 'sca.evidence.v1 PAGE_SERVED', 'sca.evidence.v1 PAYER_CONFIRMED', 'sca.evidence.v1 SESSION_OPENED', 'sca.session.v1 Not Started',
      'sca.evidence.v1 DECISION_FETCHED', 'sca.evidence.v1 FACTOR_PROVEN', 'sca.session.v1 Approved', 'sca.verdict.v1 APPROVED',
    ]);
    expect(messages.map(({ headers }) => Number(headers['ce_sequence']))).toEqual(messages.map((_, i) => i + 1));
    expect(new Set(messages.map(({ headers }) => headers['ce_subjectref'])).size).toBe(1);
    expect(session.vendor.calls.create).toBe(1);
  });
});
