import { Writable } from 'node:stream';
import { configureLogging } from '@assent/platform';
import { API_KEYS, type SessionUnderTest, startSession } from './session-under-test.spec';

let session: SessionUnderTest;
const lines: string[] = [];
beforeAll(async () => {
  session = await startSession();
  const destination = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      lines.push(chunk.toString('utf8'));
      done();
    },
  });
  configureLogging({ service: 'auth-session', level: 'trace', destination });
});
afterAll(() => session.close());

describe('what the log does not know', () => {
  it('given requests of every kind, good and bad, when they are logged at the lowest level, then no secret and nothing of the payer is in a line', async () => {
    const request = session.request({ payer: { id: 'canary-payer-4711' }, payment: { amount: '247.50', currency: 'EUR', payee: { account: 'ES9121000418450200051332', name: 'Canary Payee' }, reference: 'canary-reference' } });
    const demanded = await session.demand(request);
    const token = session.links.tokenOf(demanded.key);
    await session.page(demanded.path);
    await session.post(`${demanded.path}/confirm`, 'f'.repeat(64));
    session.vendor.faults.create.push({ status: 500 }, { status: 400, body: { canary: 'Canary Payee' } });
    await session.post(`${demanded.path}/confirm`, demanded.shown);
    const id = await session.confirm(demanded).catch(() => null);
    await session.post(`${demanded.path}/refuse`, demanded.shown, { origin: 'https://evil.example' });
    await session.page(`/approve/${token}x`);
    await session.inject({ method: 'POST', url: '/v1/authentications', headers: { authorization: `Bearer ${API_KEYS.rest}`, 'idempotency-key': 'canary-key' }, payload: { ...request, surprise: 'Canary Payee' } });
    await session.inject({ method: 'GET', url: `/v1/authentications/${request.authenticationId}`, headers: { authorization: 'Bearer canary-api-key-000000000' } });
    await session.decided(session.decision({ ...request, payment: { ...request.payment, amount: '1.00' } }));
    await session.webhooks(session.webhook(id ?? 'aaaaaaaa-1111-4222-8333-444455556666', 'Approved'));
    const log = lines.join('');
    expect(lines.length).toBeGreaterThan(5);
    for (const canary of [token, 'ES9121000418450200051332', 'Canary Payee', 'canary-payer-4711', 'canary-reference', 'canary-api-key', API_KEYS.rest, 'vendor-api-key', '/session/', 'Zk3_pQ9aLm2X']) {
      expect(log).not.toContain(canary);
    }
    expect(log).toContain('/approve/:token');
  });
});
