import { randomUUID } from 'node:crypto';
import { type SessionUnderTest, startSession } from '../session-under-test.spec';

let session: SessionUnderTest;
beforeAll(async () => {
  session = await startSession();
});
afterAll(() => session.close());

describe('decisions of the exemption engine', () => {
  it.each([
    ['EXEMPT', 'EXEMPT', 'EXEMPTED', 'EX16'],
    ['OUT_OF_SCOPE', 'OUT_OF_SCOPE', 'OUT_OF_SCOPE', null],
    ['SCA_PROHIBITED', 'SCA_PROHIBITED', 'SCA_PROHIBITED', null],
  ] as const)('given %s, when it arrives, then it is the verdict, without a call to the vendor', async (decision, outcome, reason, exemption) => {
    const request = session.request();
    const calls = { ...session.vendor.calls };
    const event = session.decision(request, { decision });
    expect(await session.decided(event)).toEqual([]);
    const [verdict, ...more] = await session.published(session.keyOf(request.authenticationId));
    expect(more).toEqual([]);
    expect(verdict).toMatchObject({ type: 'sca.verdict.v1', headers: { ce_source: '/services/auth-session', ce_causationid: event.id, ce_subject: request.authenticationId, ce_sequence: '1' } });
    expect(verdict?.body).toMatchObject({
      outcome, reasons: [reason], mayProceed: true, exemption, assurance: null, authenticationCode: null, factors: [], validUntil: event.body.request.expiresAt, policy: { id: 'default', version: 3 },
    });
    expect(session.vendor.calls).toEqual(calls);
  });

  it('given SCA_REQUIRED, when it arrives, then the approval link is told, and only there', async () => {
    const demanded = await session.demand();
    const [message] = await session.published(demanded.key);
    expect(message).toMatchObject({ type: 'sca.session.v1', body: { attempt: 1, status: 'Not Started', vendorSessionId: null, approvalUrl: `https://approve.example${demanded.path}` } });
    expect(session.vendor.calls.create).toBe(0);
  });

  it('given a decision that comes after the expiry, whatever it says, then the answer is EXPIRED', async () => {
    for (const decision of ['EXEMPT', 'OUT_OF_SCOPE', 'SCA_REQUIRED'] as const) {
      const request = session.request();
      await session.decided(session.decision(request, { decision, requestedAtMs: Date.now() - 400_000 }));
      const key = session.keyOf(request.authenticationId);
      expect(await session.verdict(key)).toMatchObject({ outcome: 'EXPIRED', reasons: ['REQUEST_EXPIRED'], mayProceed: false, validUntil: null });
    }
  });

  it('given an answered request, when the gateway asks again, then the same message goes out: same id, same bytes', async () => {
    const request = session.request();
    const first = session.decision(request, { decision: 'EXEMPT' });
    await session.decided(first);
    await session.decided(session.decision(request, { decision: 'EXEMPT' }), session.decision(request, { decision: 'SCA_REQUIRED' }));
    const [a, b, c, ...more] = await session.published(session.keyOf(request.authenticationId));
    expect(more).toEqual([]);
    expect(b).toEqual(a);
    expect(c).toEqual(a);
  });

  it('given an approved request, when the gateway asks again, then the code is the same and no other is made', async () => {
    const demanded = await session.demand();
    const id = await session.confirm(demanded);
    session.vendor.finish(id);
    await session.webhooks(session.webhook(id, 'Approved'));
    await session.verdict(demanded.key);
    await session.decided(session.decision(demanded.request));
    const [a, b] = await session.verdicts(demanded.key);
    expect(b).toEqual(a);
    expect((await session.owner.query('SELECT 1 FROM authentication_code WHERE key = $1', [demanded.key])).rowCount).toBe(1);
  });

  it('given a request under way, when its decision is repeated, then nothing happens', async () => {
    const demanded = await session.demand();
    await session.decided(session.decision(demanded.request, { decision: 'EXEMPT' }));
    await session.confirm(demanded);
    await session.decided(session.decision(demanded.request, { decision: 'EXEMPT' }));
    expect(await session.verdicts(demanded.key)).toEqual([]);
  });

  it('given a known request, when a decision on other content comes, then it is refused and the first goes on untouched', async () => {
    const demanded = await session.demand();
    const other = { ...demanded.request, payment: { ...demanded.request.payment, amount: '1.00' } };
    const before = await session.row(demanded.key);
    expect(await session.decided(session.decision(other, { decision: 'EXEMPT' }))).toMatchObject([{ code: 'REQUEST_CONFLICT', reason: expect.stringContaining('requestHash') as string }]);
    expect(await session.row(demanded.key)).toEqual(before);
  });

  it('given a gateway that speaks REST only, when a decision comes that nobody asked for here, then it is refused', async () => {
    const request = session.request();
    expect(await session.decided(session.decision(request, { decision: 'EXEMPT', gatewayId: 'rest' }))).toMatchObject([{ code: 'REQUEST_CONFLICT' }]);
    expect(await session.published(session.keyOf(request.authenticationId, 'rest'))).toEqual([]);
  });

  it('given a gateway that nobody knows, when a decision comes, then it is refused', async () => {
    expect(await session.decided(session.decision(session.request(), { gatewayId: 'nobody' }))).toMatchObject([{ code: 'GATEWAY_UNKNOWN' }]);
  });

  it('given one batch with new, repeated, conflicting and unusable decisions, then each has its own effect, in order', async () => {
    const [a, b, c] = [session.request(), session.request(), session.request()];
    const conflict = { ...a, payer: { id: 'somebody-else' } };
    const unusable = session.decision(c, { body: { request: { ...session.decision(c).body.request, payment: null } } });
    const dead = await session.decided(session.decision(a, { decision: 'EXEMPT' }), session.decision(b), session.decision(a, { decision: 'EXEMPT' }), session.decision(conflict), unusable);
    expect(dead.map(({ code }) => code)).toEqual(['BODY_INVALID', 'REQUEST_CONFLICT']);
    expect(await session.verdicts(session.keyOf(a.authenticationId))).toHaveLength(2);
    expect(await session.published(session.keyOf(b.authenticationId))).toHaveLength(1);
    expect(await session.published(session.keyOf(c.authenticationId))).toEqual([]);
  });

  it('given two consumers that get one decision at once, then there is one verdict, whoever comes first', async () => {
    const request = session.request();
    const others = Array.from({ length: 8 }, () => session.request());
    const dead = await Promise.all(others.map((other) => session.decided(session.decision(other, { decision: 'EXEMPT' }), session.decision(request, { decision: 'EXEMPT', id: randomUUID() }))));
    expect(dead.flat()).toEqual([]);
    const verdicts = await session.verdicts(session.keyOf(request.authenticationId));
    expect(verdicts).toHaveLength(8);
    expect(new Set(verdicts.map(({ value, headers }) => `${headers['ce_id'] ?? ''} ${value}`)).size).toBe(1);
    for (const other of others) expect(await session.verdicts(session.keyOf(other.authenticationId))).toHaveLength(1);
  });

  it('given a log-in and a batch payment, when they are demanded, then each shows and binds its own', async () => {
    const login = await session.demand({ authenticationId: `login-${randomUUID()}`, action: 'login', payer: { id: 'payer-login' } });
    expect((await session.page(login.path)).body).toContain(login.shown);
    const payees = [{ account: 'DE89370400440532013000', name: 'One', amount: '10.00' }, { account: 'ES9121000418450200051332', name: 'Two', amount: '20.00' }];
    const batch = await session.demand(session.request({ payment: { amount: '30.00', currency: 'EUR', kind: 'batch', payees } }));
    const id = await session.confirm(batch);
    expect(session.vendor.sessions.get(id)?.metadata).toMatchObject({ kind: 'batch', payees_count: '2' });
  });
});
