import { type SessionUnderTest, startSession, until } from './session-under-test.spec';

let session: SessionUnderTest;
beforeAll(async () => {
  session = await startSession();
});
afterAll(() => session.close());
beforeEach(() => {
  session.vendor.faults.create.length = 0;
  session.vendor.faults.decision.length = 0;
  session.vendor.faults.delete.length = 0;
});

/** Two payments of one payer, both waiting. */
async function twoPayments() {
  const a = session.request();
  const b = session.request({ payer: a.payer, payment: { ...a.payment, amount: '9999.00', payee: { account: 'DE89370400440532013000', name: 'Someone Else' } } });
  return { a: await session.demand(a), b: await session.demand(b) };
}
const stateOf = async (key: string): Promise<unknown> => (await session.row(key))['state'];
const approve = async (id: string): Promise<void> => {
  if (!session.vendor.sessions.has(id)) return;
  session.vendor.finish(id);
  await session.webhooks(session.webhook(id, 'Approved'));
};

describe("one payer, two payments: A's check never approves B", () => {
  it("given A's check is open, when B is confirmed, then A's session is deleted, A waits again, and B has a session of its own", async () => {
    const { a, b } = await twoPayments();
    const first = await session.confirm(a);
    const second = await session.confirm(b);
    expect(second).not.toBe(first);
    expect(session.vendor.sessions.has(first)).toBe(false);
    expect(await stateOf(a.key)).toBe('AWAITING_PAYER');
    expect((await session.published(a.key)).at(-1)).toMatchObject({ type: 'sca.session.v1', body: { status: 'Not Started', attempt: 2, vendorSessionId: null } });
    const reads = session.vendor.calls.decision;
    await session.webhooks(session.webhook(first, 'Approved'));
    await approve(second);
    expect(await session.verdict(b.key)).toMatchObject({ outcome: 'APPROVED', payment: { amount: '9999.00' } });
    expect(session.vendor.calls.decision).toBe(reads + 1);
    expect(await session.verdicts(a.key)).toEqual([]);
    const again = await session.confirm(a);
    await approve(again);
    expect(await session.verdict(a.key)).toMatchObject({ outcome: 'APPROVED', payment: { amount: '247.50' } });
  });

  it("given A's check was finished but its webhook is not here yet, when B is confirmed, then A is approved and B goes on by itself", async () => {
    const { a, b } = await twoPayments();
    const first = await session.confirm(a);
    session.vendor.finish(first);
    const second = await session.confirm(b);
    expect(await session.verdict(a.key)).toMatchObject({ outcome: 'APPROVED', payment: { amount: '247.50' } });
    await session.webhooks(session.webhook(first, 'Approved'));
    expect(await session.verdicts(b.key)).toEqual([]);
    expect(await stateOf(b.key)).toBe('IN_CHECK');
    await approve(second);
    expect(await session.verdict(b.key)).toMatchObject({ outcome: 'APPROVED', payment: { amount: '9999.00' } });
  });

  it('given the deletion is not certain, when B is confirmed, then B is told to wait, A can approve nothing, and the deletion is tried again', async () => {
    const { a, b } = await twoPayments();
    const first = await session.confirm(a);
    session.vendor.faults.delete.push({ status: 500 });
    const reply = await session.post(`${b.path}/confirm`, b.shown);
    expect(reply.statusCode).toBe(409);
    expect(await stateOf(b.key)).toBe('AWAITING_PAYER');
    if (session.vendor.sessions.has(first)) session.vendor.finish(first);
    await session.webhooks(session.webhook(first, 'Approved'));
    await until(() => !session.vendor.sessions.has(first), 'the deletion');
    const second = await until(() => session.confirm(b).catch(() => null), "the payer's place");
    await approve(second);
    expect(await session.verdict(b.key)).toMatchObject({ outcome: 'APPROVED' });
    expect(await session.verdicts(a.key)).toEqual([]);
  });

  it('given both are confirmed at the same moment, many times, then at most one check is open and each session is about its own payment', async () => {
    for (let round = 0; round < 5; round++) {
      const { a, b } = await twoPayments();
      const replies = await Promise.all([a, b, a, b].map(({ path, shown }) => session.post(`${path}/confirm`, shown)));
      expect(replies.every(({ statusCode }) => statusCode === 303 || statusCode === 409)).toBe(true);
      const states = [await stateOf(a.key), await stateOf(b.key)];
      expect(states.filter((state) => state === 'IN_CHECK').length).toBeLessThanOrEqual(1);
      for (const { key, request } of [a, b]) {
        const row = await session.row(key);
        const held = session.vendor.sessions.get(String(row['vendor_session_id']));
        if (row['state'] === 'IN_CHECK') expect(held?.metadata).toMatchObject({ authentication_id: request.authenticationId, amount: request.payment?.amount });
      }
      const { rows } = await session.owner.query(`SELECT count(*)::integer AS count FROM vendor_session WHERE payer_id = $1 AND state IN ('OPENING', 'OPEN', 'DELETING')`, [a.request.payer.id]);
      expect(Number(rows[0]?.['count'])).toBeLessThanOrEqual(1);
    }
  });

  it("given somebody overwrites A's session at the vendor, when it is approved, then dynamic linking is violated and there is no code", async () => {
    const { a } = await twoPayments();
    const first = await session.confirm(a);
    const held = session.vendor.sessions.get(first);
    session.vendor.finish(first, 'Approved', { metadata: { ...(held?.metadata as object), amount: '1.00' } });
    await session.webhooks(session.webhook(first, 'Approved'));
    expect(await session.verdict(a.key)).toMatchObject({ outcome: 'DECLINED', reasons: ['DYNAMIC_LINKING_VIOLATION'], mayProceed: false, authenticationCode: null, validUntil: null });
  });

  it("given a reviewer reopened an old session of A, when B's create call gives it back, then it is deleted, approves nobody, and B gets a fresh one", async () => {
    const { a, b } = await twoPayments();
    const first = await session.confirm(a);
    session.vendor.finish(first, 'Declined');
    await session.webhooks(session.webhook(first, 'Declined'));
    await session.verdict(a.key);
    session.vendor.finish(first, 'Resubmitted');
    const second = await session.confirm(b);
    expect(second).not.toBe(first);
    expect(session.vendor.sessions.has(first)).toBe(false);
    expect(session.vendor.sessions.get(second)?.metadata).toMatchObject({ authentication_id: b.request.authenticationId });
  });

  it("given the vendor gives back a session that we know, as if it were new, when its id was seen before, then it is not taken", async () => {
    const { a, b } = await twoPayments();
    const first = await session.confirm(a);
    session.vendor.finish(first, 'Declined');
    await session.webhooks(session.webhook(first, 'Declined'));
    await session.verdict(a.key);
    session.vendor.finish(first, 'Not Started');
    const second = await session.confirm(b);
    expect(second).not.toBe(first);
    if (session.vendor.sessions.has(first)) session.vendor.finish(first);
    await session.webhooks(session.webhook(first, 'Approved'));
    expect(await session.verdicts(b.key)).toEqual([]);
    expect((await session.owner.query('SELECT 1 FROM refused_vendor_session WHERE vendor_session_id = $1', [first])).rowCount).toBe(1);
  });

  it('given the vendor gives back a session that somebody has begun, when nobody of us ever saw it, then it is not taken either', async () => {
    const demanded = await session.demand();
    const vendorData = `demo/${demanded.request.payer.id}`;
    session.vendor.sessions.set('11111111-2222-4333-8444-555555555555', {
      session_id: '11111111-2222-4333-8444-555555555555', vendor_data: vendorData, status: 'In Progress', metadata: {}, callback: '', liveness: null, faces: null,
      environment: 'sandbox', creates: 0, reads: 0, language: null, portrait: null,
    });
    const taken = await session.confirm(demanded);
    expect(taken).not.toBe('11111111-2222-4333-8444-555555555555');
    expect(session.vendor.sessions.has('11111111-2222-4333-8444-555555555555')).toBe(false);
  });

  it('given the payer confirms the same payment again, then there is no second session, and the way to the same check is given', async () => {
    const demanded = await session.demand();
    const first = await session.confirm(demanded);
    const before = session.vendor.calls.create;
    expect(await session.confirm(demanded)).toBe(first);
    const replies = await Promise.all(Array.from({ length: 20 }, () => session.confirm(demanded)));
    expect(new Set(replies)).toEqual(new Set([first]));
    expect(session.vendor.calls.create).toBe(before);
  });

  it('given twenty confirmations of a fresh payment at once, then one session is made', async () => {
    const demanded = await session.demand();
    const before = session.vendor.calls.create;
    await Promise.all(Array.from({ length: 20 }, () => session.post(`${demanded.path}/confirm`, demanded.shown)));
    expect(session.vendor.calls.create).toBe(before + 1);
    expect(await stateOf(demanded.key)).toBe('IN_CHECK');
  });
});

describe('a vendor in trouble', () => {
  it.each([
    ['does not answer', { delayMs: 1500 }],
    ['answers 500', { status: 500 }],
    ['is throttled', { status: 429 }],
    ['cuts off after it made the session', { dropAfterProcessing: true }],
  ])('given it %s, when the payer confirms, then nothing is approved, the page comes again, and confirming again works with one session', async (_, fault) => {
    const demanded = await session.demand();
    session.vendor.faults.create.push(fault);
    const reply = await session.post(`${demanded.path}/confirm`, demanded.shown);
    expect(reply.statusCode).toBe(503);
    expect(reply.body).toContain(demanded.shown);
    expect(await session.row(demanded.key)).toMatchObject({ state: 'AWAITING_PAYER', attempt: 1, last_failure: 'VENDOR_UNAVAILABLE' });
    const id = await until(() => session.confirm(demanded).catch(() => null), 'the vendor');
    await approve(id);
    expect(await session.verdict(demanded.key)).toMatchObject({ outcome: 'APPROVED' });
    expect([...session.vendor.sessions.values()].filter(({ vendor_data: owner }) => owner === `demo/${demanded.request.payer.id}`)).toHaveLength(1);
  });

  it.each([
    ['has no face of the payer', { portrait_image: 'No stored face image was found for this user. Send a portrait_image, or complete an approved verification with face liveness or an ID document for this vendor_data first.' }, 'DECLINED', 'NO_ENROLLED_FACE'],
    ['has blocked the payer', { vendor_data: 'This user or business has been blocked and cannot create new verification sessions.' }, 'DECLINED', 'VENDOR_REFUSED'],
    ['wants money', { detail: "You don't have enough credits to perform this request. Please top up at https://business.didit.me" }, 'UNAVAILABLE', 'VENDOR_REFUSED'],
  ])('given it %s, when the payer confirms, then the request ends at once', async (_, body, outcome, reason) => {
    const demanded = await session.demand();
    session.vendor.faults.create.push({ status: 400, body });
    const reply = await session.post(`${demanded.path}/confirm`, demanded.shown);
    expect(reply.statusCode).toBe(303);
    expect(await session.verdict(demanded.key)).toMatchObject({ outcome, reasons: [reason], mayProceed: false });
  });

  it('given the process ended between the intent and the answer, when the time for it is over, then the payer may confirm again', async () => {
    const demanded = await session.demand();
    // The answer never comes to us, as if the process had ended: the row stays as the intent left it.
    session.vendor.faults.create.push({ delayMs: 300 });
    const pending = session.post(`${demanded.path}/confirm`, demanded.shown);
    await until(async () => (await stateOf(demanded.key)) === 'OPENING', 'the intent');
    await session.owner.query(`UPDATE authentication SET confirmed_at = confirmed_at - interval '1 hour' WHERE key = $1`, [demanded.key]);
    await session.owner.query(`UPDATE vendor_session SET confirmed_at = confirmed_at - interval '1 hour' WHERE key = $1`, [demanded.key]);
    const second = await session.post(`${demanded.path}/confirm`, demanded.shown);
    expect(second.statusCode).toBe(303);
    expect(await session.row(demanded.key)).toMatchObject({ state: 'IN_CHECK', attempt: 2 });
    const late = await pending;
    expect(late.statusCode).toBe(303);
    const row = await session.row(demanded.key);
    expect(row['attempt']).toBe(2);
  });
});
