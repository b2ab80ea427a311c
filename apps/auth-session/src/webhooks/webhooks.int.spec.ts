import { type SessionUnderTest, startSession, until } from '../session-under-test.spec';

let session: SessionUnderTest;
beforeAll(async () => {
  session = await startSession({ reconcileAfterSeconds: 3600 });
});
afterAll(() => session.close());

const tasks = async (): Promise<number> => Number((await session.owner.query('SELECT count(*) AS count FROM vendor_task')).rows[0]?.['count']);
const parked = async (id: string): Promise<number> => Number((await session.owner.query('SELECT count(*) AS count FROM parked_webhook WHERE vendor_session_id = $1', [id])).rows[0]?.['count']);

describe('webhooks are hints', () => {
  it('given fifty deliveries of one webhook at once, when they arrive in many transactions, then there is one verdict and one code', async () => {
    const demanded = await session.demand();
    const id = await session.confirm(demanded);
    session.vendor.finish(id);
    await Promise.all(Array.from({ length: 50 }, () => session.webhooks(session.webhook(id, 'Approved'))));
    expect(await session.verdict(demanded.key)).toMatchObject({ outcome: 'APPROVED' });
    await until(async () => (await tasks()) === 0, 'the end of all tasks');
    expect(await session.verdicts(demanded.key)).toHaveLength(1);
    expect((await session.owner.query('SELECT 1 FROM authentication_code WHERE key = $1', [demanded.key])).rowCount).toBe(1);
    expect(session.vendor.sessions.get(id)?.reads).toBeLessThanOrEqual(3);
  });

  it('given a webhook that comes before the row of its session, when the row is written, then it is claimed and has its effect', async () => {
    const demanded = await session.demand();
    // The vendor's answer is on its way while the payer is done already.
    session.vendor.faults.create.push({ delayAfterMs: 400 });
    const reply = session.post(`${demanded.path}/confirm`, demanded.shown);
    const id = await until(() => [...session.vendor.sessions.values()].find(({ vendor_data: owner }) => owner.endsWith(demanded.request.payer.id))?.session_id, 'the session');
    session.vendor.finish(id);
    await session.webhooks(session.webhook(id, 'Approved'));
    expect(await parked(id)).toBe(1);
    expect((await reply).statusCode).toBe(303);
    expect(await session.verdict(demanded.key)).toMatchObject({ outcome: 'APPROVED' });
    expect(await parked(id)).toBe(0);
  });

  it('given a webhook that comes in the very moment in which the row is being committed, then it is not lost between the two', async () => {
    const demanded = await session.demand();
    // Whatever publishes takes its time at the very end: after it looked for parked webhooks, before it commits.
    await session.owner.query('CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.5); RETURN NULL; END $$');
    await session.owner.query(`CREATE TRIGGER dawdle AFTER INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION dawdle()`);
    try {
      const reply = session.post(`${demanded.path}/confirm`, demanded.shown);
      const id = await until(() => [...session.vendor.sessions.values()].find(({ vendor_data: owner }) => owner.endsWith(demanded.request.payer.id))?.session_id, 'the session');
      session.vendor.finish(id);
      await until(async () => (await session.owner.query(`SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)).rowCount > 0, 'the row');
      await session.webhooks(session.webhook(id, 'Approved'));
      await reply;
      expect(await session.verdict(demanded.key)).toMatchObject({ outcome: 'APPROVED' });
      expect(await parked(id)).toBe(0);
    } finally {
      await session.owner.query('DROP FUNCTION dawdle() CASCADE');
    }
  });

  it('given a parked webhook, when the session it is about is opened, then its decision is fetched', async () => {
    const demanded = await session.demand();
    const id = '0f0e0d0c-1111-4222-8333-444455556666';
    await session.webhooks(session.webhook(id, 'Approved'), session.webhook(id, 'In Progress'));
    expect(await parked(id)).toBe(2);
    const vendorData = `demo/${demanded.request.payer.id}`;
    session.vendor.sessions.set(id, {
      session_id: id, vendor_data: vendorData, status: 'Not Started', metadata: {}, callback: '', liveness: null, faces: null, environment: 'sandbox', creates: 0, reads: 0, language: null, portrait: null,
    });
    expect(await session.confirm(demanded)).toBe(id);
    await until(() => (session.vendor.sessions.get(id)?.reads ?? 0) > 0, 'the fetch');
    expect(await parked(id)).toBe(0);
  });

  it('given a webhook that nobody claims for an hour, when housekeeping runs, then it is a dead letter with its bytes', async () => {
    const id = 'aaaaaaaa-1111-4222-8333-444455556666';
    const event = session.webhook(id, 'Approved');
    await session.webhooks(event);
    await session.reconciler.tidy();
    expect(await parked(id)).toBe(1);
    await session.owner.query(`UPDATE parked_webhook SET parked_at = parked_at - interval '61 minutes' WHERE vendor_session_id = $1`, [id]);
    await session.reconciler.tidy();
    expect(await parked(id)).toBe(0);
    const letter = (await session.published(id)).at(-1);
    expect(letter).toMatchObject({ topic: 'didit.event.dlq', headers: { 'dlq-code': 'WEBHOOK_UNCLAIMED', 'dlq-service': 'auth-session', ce_id: event.id } });
    expect(letter?.value).toBe(event.raw.value?.toString('utf8'));
  });

  it('given all webhooks are lost, when a session has been silent too long, then the reconciler brings the verdict', async () => {
    const demanded = await session.demand();
    const id = await session.confirm(demanded);
    session.vendor.finish(id);
    await session.reconciler.reconcile();
    expect(await session.verdicts(demanded.key)).toEqual([]);
    await session.owner.query(`UPDATE vendor_session SET heard_at = heard_at - interval '2 hours' WHERE vendor_session_id = $1`, [id]);
    await session.reconciler.reconcile();
    expect(await session.verdict(demanded.key)).toMatchObject({ outcome: 'APPROVED' });
  });

  it('given progress, when webhooks report it in disorder, then it is told once, in the order in which it happened, and nothing is fetched', async () => {
    const demanded = await session.demand();
    const id = await session.confirm(demanded);
    const reads = session.vendor.calls.decision;
    const at = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString();
    await session.webhooks(session.webhook(id, 'In Progress', { createdAt: at(10) }));
    await session.webhooks(session.webhook(id, 'Not Started', { createdAt: at(1) }), session.webhook(id, 'In Progress', { createdAt: at(10) }));
    const told = (await session.published(demanded.key)).filter(({ type }) => type === 'sca.session.v1').map(({ body }) => body['status']);
    expect(told).toEqual(['Not Started', 'Not Started', 'In Progress']);
    expect(session.vendor.calls.decision).toBe(reads);
  });

  it('given an unknown status, when a webhook reports it, then it is told, fetched, and nothing is decided', async () => {
    const demanded = await session.demand();
    const id = await session.confirm(demanded);
    session.vendor.finish(id, 'Partly Approved', { liveness: ['Approved'], faces: ['Approved'] });
    await session.webhooks(session.webhook(id, 'Partly Approved'));
    await until(async () => (await session.published(demanded.key)).some(({ body }) => body['status'] === 'Partly Approved'), 'the status');
    expect(await session.verdicts(demanded.key)).toEqual([]);
    session.vendor.finish(id, 'Approved');
    await session.webhooks(session.webhook(id, 'Approved'));
    expect(await session.verdict(demanded.key)).toMatchObject({ outcome: 'APPROVED' });
  });

  it('given a webhook that says Approved, when the vendor itself says otherwise, then the vendor counts', async () => {
    const demanded = await session.demand();
    const id = await session.confirm(demanded);
    session.vendor.finish(id, 'Declined');
    await session.webhooks(session.webhook(id, 'Approved'));
    expect(await session.verdict(demanded.key)).toMatchObject({ outcome: 'DECLINED', reasons: ['AUTHENTICATION_FAILED'], factors: [] });
  });

  it('given a check that was abandoned, when the vendor tells, then the payer may confirm again as the next attempt', async () => {
    const demanded = await session.demand();
    const id = await session.confirm(demanded);
    session.vendor.finish(id, 'Abandoned');
    await session.webhooks(session.webhook(id, 'Abandoned'));
    await until(async () => (await session.row(demanded.key))['state'] === 'AWAITING_PAYER', 'the next attempt');
    const again = await session.confirm(demanded);
    expect(session.vendor.sessions.get(again)?.metadata).toMatchObject({ attempt: '2' });
    session.vendor.finish(again);
    await session.webhooks(session.webhook(again, 'Approved'));
    expect(await session.verdict(demanded.key)).toMatchObject({ outcome: 'APPROVED' });
  });

  it('given a replica that claimed a task and died, when its claim has run out, then another one does it', async () => {
    const demanded = await session.demand();
    const id = await session.confirm(demanded);
    session.vendor.finish(id);
    await session.owner.query(
      `INSERT INTO vendor_task (kind, vendor_session_id, key, due_at, claim, claimed_until) VALUES ('FETCH', $1, $2, clock_timestamp(), 'a replica that died', clock_timestamp() + interval '0.7 seconds')`,
      [id, demanded.key],
    );
    await session.webhooks(session.webhook(id, 'Approved'));
    expect(await session.verdict(demanded.key)).toMatchObject({ outcome: 'APPROVED' });
    await until(async () => (await tasks()) === 0, 'the end of all tasks');
  });

  it('given the decision cannot be read at first, when it can be later, then the verdict still comes', async () => {
    const demanded = await session.demand();
    const id = await session.confirm(demanded);
    session.vendor.finish(id);
    session.vendor.faults.decision.push({ status: 500 }, { dropAfterProcessing: true }, { status: 429 });
    await session.webhooks(session.webhook(id, 'Approved'));
    expect(await session.verdict(demanded.key)).toMatchObject({ outcome: 'APPROVED' });
  });
});

describe('an approval that no longer stands', () => {
  it('given an approval, when the vendor overturns it, then it is revoked once, the verdict stays, and a later Approved grants nothing', async () => {
    const demanded = await session.demand();
    const id = await session.confirm(demanded);
    session.vendor.finish(id);
    await session.webhooks(session.webhook(id, 'Approved'));
    const verdict = await session.verdict(demanded.key);
    session.vendor.finish(id, 'Declined');
    await session.webhooks(session.webhook(id, 'Declined'));
    const revoked = await until(async () => (await session.published(demanded.key)).find(({ type }) => type === 'sca.revoked.v1'), 'the revocation');
    expect(revoked.body).toMatchObject({ reason: 'VENDOR_OVERTURNED', alreadyRedeemed: false });
    const redeem = await session.inject({
      method: 'POST', url: `/v1/authentications/${demanded.request.authenticationId}/redeem`, headers: { authorization: 'Bearer key-of-the-demo-gateway-0001' },
      payload: { authenticationCode: verdict['authenticationCode'], amount: '247.50', currency: 'EUR', payee: demanded.request.payment?.payee },
    });
    expect(redeem.statusCode).toBe(409);
    session.vendor.finish(id, 'Approved');
    await session.webhooks(session.webhook(id, 'Approved'), session.webhook(id, 'Declined'));
    await until(async () => (await tasks()) === 0, 'the end of all tasks');
    const messages = await session.published(demanded.key);
    expect(messages.filter(({ type }) => type === 'sca.revoked.v1')).toHaveLength(1);
    expect(messages.filter(({ type }) => type === 'sca.verdict.v1')).toHaveLength(1);
    const sequences = messages.map(({ headers }) => Number(headers['ce_sequence']));
    expect(sequences).toEqual([...sequences].sort((x, y) => x - y));
    expect(new Set(sequences).size).toBe(sequences.length);
  });

  it('given an answered request, when late, repeated or foreign webhooks come, then nothing changes', async () => {
    const demanded = await session.demand();
    const id = await session.confirm(demanded);
    session.vendor.finish(id, 'Declined');
    await session.webhooks(session.webhook(id, 'Declined'));
    await session.verdict(demanded.key);
    const before = await session.row(demanded.key);
    session.vendor.finish(id, 'Approved');
    await session.webhooks(session.webhook(id, 'Approved'), session.webhook(id, 'Declined'), session.webhook(id, 'Expired'));
    await until(async () => (await tasks()) === 0, 'the end of all tasks');
    expect(await session.row(demanded.key)).toEqual(before);
    expect(await session.verdicts(demanded.key)).toHaveLength(1);
  });
});
