import { API_KEYS, type SessionUnderTest, startSession } from './session-under-test.spec';

let one: SessionUnderTest;
let two: SessionUnderTest;
beforeAll(async () => {
  one = await startSession();
  two = await startSession({}, one);
});
afterAll(async () => {
  await two.close();
  await one.close();
});

describe('several replicas of the service', () => {
  it('given a link from one, when the payer comes to the other and the webhook to the first, then there is one verdict', async () => {
    for (let round = 0; round < 5; round++) {
      const demanded = await one.demand();
      expect((await two.page(demanded.path)).body).toContain(demanded.shown);
      const id = await two.confirm(demanded);
      one.vendor.finish(id);
      await Promise.all([one, two, one, two].map((replica) => replica.webhooks(replica.webhook(id, 'Approved'))));
      expect(await one.verdict(demanded.key)).toMatchObject({ outcome: 'APPROVED' });
      expect(await one.verdicts(demanded.key)).toHaveLength(1);
    }
  });

  it('given a caller that waits at one, when the verdict is reached at the other, then it is told', async () => {
    const request = one.request();
    await one.inject({ method: 'POST', url: '/v1/authentications', headers: { authorization: `Bearer ${API_KEYS.rest}`, 'idempotency-key': 'r-1' }, payload: request });
    const waiting = one.inject({ method: 'GET', url: `/v1/authentications/${request.authenticationId}?waitSeconds=20`, headers: { authorization: `Bearer ${API_KEYS.rest}` } });
    await two.decided(two.decision(request, { decision: 'EXEMPT', gatewayId: 'rest' }));
    expect((await waiting).json()).toMatchObject({ state: 'DECIDED', verdict: { outcome: 'EXEMPT' } });
  });

  it("given two payments of a payer that are confirmed at two replicas at once, then at most one check is open, and one that waited can go on", async () => {
    for (let round = 0; round < 4; round++) {
      const a = await one.demand();
      const b = await one.demand(one.request({ payer: a.request.payer }));
      const replies = await Promise.all([one.post(`${a.path}/confirm`, a.shown), two.post(`${b.path}/confirm`, b.shown)]);
      expect(replies.every(({ statusCode }) => statusCode === 303 || statusCode === 409)).toBe(true);
      const { rows } = await one.owner.query(`SELECT count(*)::integer AS count FROM vendor_session WHERE payer_id = $1 AND state IN ('OPENING', 'OPEN', 'DELETING')`, [a.request.payer.id]);
      expect(Number(rows[0]?.['count'])).toBeLessThanOrEqual(1);
    }
  });

  it('given many requests whose time is up, when both replicas sweep, then each is EXPIRED once', async () => {
    const demanded = await Promise.all(Array.from({ length: 30 }, () => one.demand()));
    await one.owner.query(`UPDATE authentication SET expires_at = clock_timestamp() WHERE key = ANY ($1::text[])`, [demanded.map(({ key }) => key)]);
    await Promise.all([one.expiry.expire(), two.expiry.expire()]);
    for (const { key } of demanded) {
      expect(await one.verdict(key)).toMatchObject({ outcome: 'EXPIRED' });
      expect(await one.verdicts(key)).toHaveLength(1);
    }
  });
});
