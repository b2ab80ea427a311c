import { randomBytes } from 'node:crypto';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { Client } from 'pg';
import { Flow } from './flow';
import { IBAN, newId, payment, paymentOf, TestGateway, vendorDataOf } from './gateway';
import type { Seen } from './topic-reader';
import { openPage, postForm } from './payer';
import { OTHER_GATEWAY, runningStack } from './running-stack';
import { waitFor } from './wait-for';

let flow: Flow;
beforeAll(async () => {
  flow = await Flow.open(await runningStack());
}, 180_000);
afterAll(() => flow.close(), 60_000);

const idOf = (body: Record<string, unknown>): string => String(body['authenticationId']);

const leafOf = (body: Seen['body']): { id: string; authentication: string | null } => JSON.parse(String(body?.['leaf'])) as { id: string; authentication: string | null };

describe('a payment within the low-value limit', () => {
  it('is answered EXEMPT, without a page and without a vendor call', async () => {
    const request = payment(paymentOf('12.50'));
    const id = await flow.publish(request);
    const verdict = await flow.verdict(id);
    expect(verdict).toMatchObject({ authenticationId: id, gatewayId: 'demo', outcome: 'EXEMPT', mayProceed: true, reasons: ['EXEMPTED'], exemption: 'EX16', assurance: null, factors: [], authenticationCode: null });
    expect(flow.topics.about('sca.decided', id)[0]?.body).toMatchObject({ decision: 'EXEMPT', exemption: 'EX16' });
    expect(flow.topics.about('sca.session', id)).toEqual([]);
    expect(await flow.sandbox.sessions(vendorDataOf(request))).toEqual([]);
  });

  it('counts: the payment that would pass the cumulative limit needs SCA', async () => {
    const payer = { id: newId('payer'), instrumentId: newId('card') };
    for (let i = 0; i < 4; i++) expect(await flow.verdict(await flow.publish(payment(paymentOf('25.00'), payer)))).toMatchObject({ outcome: 'EXEMPT' });
    const id = await flow.publish(payment(paymentOf('0.01'), payer));
    await flow.approvalUrl(id);
    expect(flow.topics.about('sca.decided', id)[0]?.body).toMatchObject({ decision: 'SCA_REQUIRED', reasons: ['CUMULATIVE_OVER_LIMIT'] });
  });
});

describe('a payment that the payer approves', () => {
  it('goes the whole way: one verdict, a code that anybody can check and that is good once', async () => {
    const request = payment();
    const id = idOf(request);
    const verdict = await flow.approved(request);
    expect(verdict).toMatchObject({ outcome: 'APPROVED', mayProceed: true, reasons: ['AUTHENTICATED'], assurance: 'SINGLE_FACTOR', payment: { amount: '247.50', currency: 'EUR' } });
    expect(verdict['factors']).toMatchObject([{ category: 'INHERENCE' }]);
    expect(flow.evidence(id)).toEqual(expect.arrayContaining(['PAGE_SERVED', 'PAYER_CONFIRMED', 'SESSION_OPENED', 'DECISION_FETCHED', 'FACTOR_PROVEN']));

    const code = String(verdict['authenticationCode']);
    const jwks = createRemoteJWKSet(new URL(`${flow.stack.stack.services['auth-session']?.url ?? ''}/.well-known/jwks.json`));
    const { payload } = await jwtVerify(code, jwks, { algorithms: ['EdDSA'], typ: 'sca+jwt', audience: 'demo' });
    expect(decodeProtectedHeader(code).alg).toBe('EdDSA');
    expect(payload).toMatchObject({ txn: id, amr: ['face'], authorization_details: [{ type: 'payment_initiation', instructedAmount: { currency: 'EUR', amount: '247.50' }, creditorAccount: { iban: IBAN } }] });

    const redeemed = await flow.gateway.redeem(id, code, { redemptionId: 'booking-1' });
    expect(redeemed).toMatchObject({ status: 200, body: { reason: 'MATCH' } });
    expect(await flow.gateway.redeem(id, code, { redemptionId: 'booking-1' })).toMatchObject({ status: 200, body: redeemed.body });
    expect(await flow.gateway.redeem(id, code, { redemptionId: 'booking-2' })).toMatchObject({ status: 409, body: { code: 'CODE_ALREADY_USED' } });
    expect(await flow.topics.next('sca.redeemed', id)).toMatchObject({ body: { codeId: payload.jti, amount: '247.50' } });
  });

  it('redeemed by 100 callers at once succeeds once; changed terms and foreign gateways are refused', async () => {
    const request = payment();
    const id = idOf(request);
    const code = String((await flow.approved(request))['authenticationCode']);
    const refused: [Record<string, unknown>, string][] = [
      [{ amount: '247.51' }, 'AMOUNT_CHANGED'],
      [{ currency: 'SEK' }, 'CURRENCY_CHANGED'],
      [{ payee: { account: 'DE89370400440532013000' } }, 'PAYEE_CHANGED'],
    ];
    for (const [over, reason] of refused) expect(await flow.gateway.redeem(id, code, over)).toMatchObject({ status: 422, body: { code: reason } });
    const other = await TestGateway.open(() => flow.stack.stack, OTHER_GATEWAY.id, OTHER_GATEWAY.apiKeys[0].key);
    const foreign = await other.redeem(id, code);
    await other.close();
    expect([404, 422]).toContain(foreign.status);

    const answers = await Promise.all(Array.from({ length: 100 }, () => flow.gateway.redeem(id, code)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status, body }) => status === 409 && body['code'] === 'CODE_ALREADY_USED')).toHaveLength(99);
  });

  it('asked for again with the same content in a new message, is answered with the same verdict, byte for byte', async () => {
    const request = payment();
    const id = idOf(request);
    await flow.approved(request);
    await flow.gateway.publish(request);
    const [first, second] = await waitFor('the verdict again', () => (flow.verdicts(id).length === 2 ? flow.verdicts(id) : null));
    expect(second?.value?.equals(first?.value ?? Buffer.alloc(0))).toBe(true);
    expect(second?.headers['ce_id']).toBe(first?.headers['ce_id']);
  });

  it('asked for again with other content, is refused and recorded, and the first goes on untouched', async () => {
    const request = payment();
    const id = idOf(request);
    await flow.publish(request);
    const { vendorSessionId } = await flow.confirmed(id);
    await flow.gateway.publish({ ...request, ...paymentOf('9999.00') });
    const letter = await waitFor('the dead letter', () => flow.topics.seen.find(({ topic, key }) => topic === 'sca.requested.dlq' && key === `demo:${id}`));
    expect(letter.headers).toMatchObject({ 'dlq-code': 'REQUEST_CONFLICT', 'dlq-service': 'exemption-engine' });
    await flow.sandbox.finish(vendorSessionId);
    expect(await flow.verdict(id)).toMatchObject({ outcome: 'APPROVED', payment: { amount: '247.50' } });
    expect(flow.verdicts(id)).toHaveLength(1);
  });
});

describe('the trace of a gateway', () => {
  it('goes through every service and every topic to the verdict', async () => {
    const traceId = randomBytes(16).toString('hex');
    const request = payment(paymentOf('3.50'));
    const id = idOf(request);
    await flow.gateway.publish(request, { headers: { traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01` } });
    await flow.verdict(id);
    const traces = ['sca.decided', 'sca.verdict'].flatMap((topic) => flow.topics.about(topic, id)).map(({ headers }) => headers['ce_traceparent']?.slice(3, 35));
    expect(traces).toEqual([traceId, traceId]);
  });
});

describe('a payment that is not approved', () => {
  it('declined at the vendor: DECLINED, never saying which element failed', async () => {
    const id = await flow.publish(payment());
    const { vendorSessionId } = await flow.confirmed(id);
    await flow.sandbox.finish(vendorSessionId, 'decline_face_match_low_similarity');
    expect(await flow.verdict(id)).toMatchObject({ outcome: 'DECLINED', mayProceed: false, reasons: ['AUTHENTICATION_FAILED'], authenticationCode: null, factors: [] });
  });

  it('refused by the payer on the page: DECLINED, PAYER_REFUSED, no vendor session', async () => {
    const request = payment();
    const id = await flow.publish(request);
    const url = await flow.approvalUrl(id);
    const page = await openPage(url);
    expect((await postForm(url, 'refuse', page.shown)).status).toBe(303);
    expect(await flow.verdict(id)).toMatchObject({ outcome: 'DECLINED', reasons: ['PAYER_REFUSED'] });
    expect(await flow.sandbox.sessions(vendorDataOf(request))).toEqual([]);
  });

  it('expired: EXPIRED, and a late approval, webhook or decision changes nothing', async () => {
    const id = await flow.publish(payment({ timeToLiveSeconds: 30 }));
    const { vendorSessionId } = await flow.confirmed(id);
    expect(await flow.verdict(id, 60_000)).toMatchObject({ outcome: 'EXPIRED', mayProceed: false, reasons: ['REQUEST_EXPIRED'] });
    // The session was deleted with the end; what the vendor still says is late.
    await flow.sandbox.finish(vendorSessionId).catch(() => undefined);
    await flow.settle();
    expect(flow.verdicts(id)).toHaveLength(1);
    expect(flow.topics.about('sca.revoked', id)).toEqual([]);
  }, 90_000);

  it('cancelled by the gateway: CANCELLED, and a second cancel is 409', async () => {
    const id = await flow.publish(payment());
    await flow.approvalUrl(id);
    expect((await flow.gateway.call('POST', `/v1/authentications/${id}/cancel`)).status).toBe(202);
    expect(await flow.verdict(id)).toMatchObject({ outcome: 'CANCELLED', reasons: ['GATEWAY_CANCELLED'] });
    expect((await flow.gateway.call('POST', `/v1/authentications/${id}/cancel`)).status).toBe(409);
  });
});

describe('over REST', () => {
  it('a payment is taken, waited for, and answered once; the same key and body gives the same answer, another body 422', async () => {
    const request = payment(paymentOf('8.00'));
    delete request['authenticationId'];
    const key = newId('key');
    const taken = await flow.gateway.request(request, key);
    expect(taken).toMatchObject({ status: 202, body: { state: 'PENDING', verdict: null } });
    const id = String(taken.body['authenticationId']);
    expect((await flow.gateway.request(request, key)).body['authenticationId']).toBe(id);
    expect(await flow.gateway.request({ ...request, ...paymentOf('9.00') }, key)).toMatchObject({ status: 422 });
    expect(await flow.gateway.call('GET', `/v1/authentications/${id}?waitSeconds=20`)).toMatchObject({ status: 200, body: { state: 'DECIDED', verdict: { outcome: 'EXEMPT' } } });
    expect(flow.topics.about('sca.requested', id)[0]?.headers).toMatchObject({ ce_source: '/services/auth-session' });
  });

  it('what does not fit is refused with the field and the cure; without a key, or with another gateway’s, nothing is seen', async () => {
    expect(await flow.gateway.request(payment({ ...paymentOf('247.5') }))).toMatchObject({ status: 400, body: { errors: [{ field: 'payment.amount' }] } });
    const withoutKey = await flow.gateway.call('POST', '/v1/authentications', payment());
    expect(withoutKey.status).toBe(400);
    expect(withoutKey.headers.get('x-trace-id')).toMatch(/^[0-9a-f]{32}$/);
    const id = await flow.publish(payment());
    await flow.approvalUrl(id);
    const other = await TestGateway.open(() => flow.stack.stack, OTHER_GATEWAY.id, OTHER_GATEWAY.apiKeys[0].key);
    expect((await other.call('GET', `/v1/authentications/${id}`)).status).toBe(404);
    expect((await other.call('POST', `/v1/authentications/${id}/cancel`)).status).toBe(404);
    await other.close();
    expect((await fetch(`${flow.stack.stack.services['auth-session']?.url ?? ''}/v1/authentications/${id}`)).status).toBe(401);
  });
});

describe('the ledger', () => {
  it('holds every event of a payment, with proofs that its signed checkpoint covers', async () => {
    const request = payment();
    const id = idOf(request);
    await flow.approved(request);
    const kinds = ['sca.requested', 'sca.decided', 'sca.session', 'sca.verdict', 'sca.evidence'];
    const published = kinds.flatMap((topic) => flow.topics.about(topic, id)).map(({ headers }) => headers['ce_id']);
    const leaves = await waitFor('all leaves', () => {
      const found = flow.topics.seen.filter(({ topic, body }) => topic === 'audit.entry' && leafOf(body).authentication === id);
      return published.every((eventId) => found.some(({ body }) => leafOf(body).id === eventId)) ? found : null;
    });
    expect(new Set(leaves.map(({ body }) => leafOf(body).id)).size).toBe(leaves.length);
    const url = flow.stack.stack.services['audit-ledger']?.url ?? '';
    const evidence = await fetch(`${url}/v1/gateways/demo/authentications/${id}/evidence`, { headers: { authorization: `Bearer ${flow.stack.stack.gateway.apiKey}` } });
    expect(evidence.status).toBe(200);
  });

  it('cannot be changed by the service that writes it', async () => {
    const { rows } = await withDatabase((client) =>
      client.query<{ table_name: string; privilege_type: string }>(
        `select table_name, privilege_type from information_schema.role_table_grants
         where table_schema = 'audit_ledger' and grantee = 'assent_audit_ledger' and table_name like '%leaf%' and privilege_type in ('UPDATE', 'DELETE', 'TRUNCATE')`,
      ),
    );
    expect(rows).toEqual([]);
  });
});

async function withDatabase<T>(work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: flow.stack.stack.postgres.url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
