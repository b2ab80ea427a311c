import { type SessionUnderTest, startSession, until } from '../session-under-test.spec';

let session: SessionUnderTest;
beforeAll(async () => {
  session = await startSession();
});
afterAll(() => session.close());

/** Moves a request's end to now plus some milliseconds, as if so much time had passed. */
const endIn = async (key: string, ms: number): Promise<void> => {
  await session.owner.query(`UPDATE authentication SET expires_at = clock_timestamp() + $2::float8 * interval '1 millisecond' WHERE key = $1`, [key, ms]);
};
const REST = { authorization: 'Bearer key-of-the-rest-gateway-0001' };

describe('the end of time', () => {
  it('given a payment that nobody confirms, when its time is up, then it is EXPIRED once, and late decisions, webhooks and confirmations change nothing', async () => {
    const demanded = await session.demand();
    await endIn(demanded.key, 0);
    expect(await session.verdict(demanded.key)).toMatchObject({ outcome: 'EXPIRED', reasons: ['REQUEST_EXPIRED'], mayProceed: false, authenticationCode: null });
    const before = await session.row(demanded.key);
    expect((await session.post(`${demanded.path}/confirm`, demanded.shown)).statusCode).toBe(303);
    await session.expiry.expire();
    expect(await session.row(demanded.key)).toEqual(before);
    expect(await session.verdicts(demanded.key)).toHaveLength(1);
    expect((await session.page(demanded.path)).statusCode).toBe(410);
    expect(session.vendor.calls.create).toBe(0);
  });

  it('given an open check, when the time is up, then the vendor session is deleted, and a late approval revives nothing', async () => {
    const demanded = await session.demand();
    const id = await session.confirm(demanded);
    await endIn(demanded.key, 0);
    expect(await session.verdict(demanded.key)).toMatchObject({ outcome: 'EXPIRED' });
    await until(() => !session.vendor.sessions.has(id), 'the deletion');
    await session.webhooks(session.webhook(id, 'Approved'));
    expect(await session.verdicts(demanded.key)).toHaveLength(1);
    expect((await session.owner.query('SELECT 1 FROM authentication_code WHERE key = $1', [demanded.key])).rowCount).toBe(0);
  });

  it('given a decision that is being applied, when the time runs out before it is written, then the answer is EXPIRED and no code exists', async () => {
    for (let round = 0; round < 6; round++) {
      const demanded = await session.demand();
      const id = await session.confirm(demanded);
      session.vendor.finish(id);
      session.vendor.faults.decision.push({ delayMs: 60 });
      await endIn(demanded.key, 40 + round * 10);
      await session.webhooks(session.webhook(id, 'Approved'));
      const verdict = await session.verdict(demanded.key);
      const row = await session.row(demanded.key);
      const codes = (await session.owner.query('SELECT 1 FROM authentication_code WHERE key = $1', [demanded.key])).rowCount;
      expect(await session.verdicts(demanded.key)).toHaveLength(1);
      if (verdict['outcome'] === 'APPROVED') expect((row['decided_at'] as Date).getTime()).toBeLessThan((row['expires_at'] as Date).getTime());
      else expect(verdict['outcome']).toBe('EXPIRED');
      expect(codes).toBe(verdict['outcome'] === 'APPROVED' ? 1 : 0);
    }
  });

  it('given an approval written by a statement that comes too late, then it is not written, and the second look says EXPIRED', async () => {
    const demanded = await session.demand();
    const id = await session.confirm(demanded);
    session.vendor.finish(id);
    // Between reading the row and writing it the time runs out: a trigger that waits stands for a slow transaction.
    await session.owner.query('CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.4); RETURN NEW; END $$');
    await session.owner.query('CREATE TRIGGER dawdle BEFORE INSERT ON authentication_code FOR EACH ROW EXECUTE FUNCTION dawdle()');
    try {
      await endIn(demanded.key, 200);
      await session.webhooks(session.webhook(id, 'Approved'));
      expect(await session.verdict(demanded.key)).toMatchObject({ outcome: 'EXPIRED' });
      expect((await session.owner.query('SELECT 1 FROM authentication_code WHERE key = $1', [demanded.key])).rowCount).toBe(0);
    } finally {
      await session.owner.query('DROP FUNCTION dawdle() CASCADE');
    }
  });

  it('given a vendor that was away at the last attempt, when the time is up, then the answer is UNAVAILABLE', async () => {
    const demanded = await session.demand();
    session.vendor.faults.create.push({ status: 500 });
    await session.post(`${demanded.path}/confirm`, demanded.shown);
    await endIn(demanded.key, 0);
    expect(await session.verdict(demanded.key)).toMatchObject({ outcome: 'UNAVAILABLE', reasons: ['VENDOR_UNAVAILABLE'], mayProceed: false });
  });

  it('given a REST request whose decision never comes, when its time is up, then it is EXPIRED, and the decision that comes later says nothing more', async () => {
    const request = session.request();
    const made = await session.inject({ method: 'POST', url: '/v1/authentications', headers: { ...REST, 'idempotency-key': request.authenticationId }, payload: request });
    expect(made.statusCode).toBe(202);
    const key = session.keyOf(request.authenticationId, 'rest');
    await endIn(key, 0);
    expect(await session.verdict(key)).toMatchObject({ outcome: 'EXPIRED', policy: null, exemption: null });
    await session.decided(session.decision(request, { decision: 'EXEMPT', gatewayId: 'rest' }));
    expect(await session.verdicts(key)).toHaveLength(1);
    await session.decided(session.decision(request, { decision: 'EXEMPT', gatewayId: 'rest' }));
    const [first, repeated] = await session.verdicts(key);
    expect(repeated).toEqual(first);
  });

  it('given a review, when it is allowed, then the request lives as long as the review, and no longer', async () => {
    const demanded = await session.demand(session.request({ reviewSeconds: 3600 }));
    const id = await session.confirm(demanded);
    session.vendor.finish(id, 'In Review');
    await session.webhooks(session.webhook(id, 'In Review'));
    const told = await until(async () => (await session.published(demanded.key)).find(({ body }) => body['status'] === 'In Review' && body['attempt'] === 1), 'the review');
    expect(Date.parse(String(told.body['expiresAt'])) - Date.now()).toBeGreaterThan(3_500_000);
    expect((await session.page(demanded.path)).statusCode).toBe(200);
    await endIn(demanded.key, 0);
    expect(await session.verdict(demanded.key)).toMatchObject({ outcome: 'EXPIRED' });
    expect(session.vendor.sessions.has(id)).toBe(true);
  });

  it('given a verdict, when somebody tries to change it in the database as the service, then the database refuses', async () => {
    const demanded = await session.demand();
    await endIn(demanded.key, 0);
    await session.verdict(demanded.key);
    await expect(session.database.query(`UPDATE authentication SET outcome = 'APPROVED' WHERE key = $1`, [demanded.key])).rejects.toThrow(/final/);
    await expect(session.database.query(`UPDATE authentication SET state = 'IN_CHECK', outcome = NULL WHERE key = $1`, [demanded.key])).rejects.toThrow(/final/);
  });
});
