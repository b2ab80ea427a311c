import { type SessionUnderTest, startSession } from '../session-under-test.spec';

let session: SessionUnderTest;
beforeAll(async () => {
  session = await startSession();
});
afterAll(() => session.close());

const PAYER = { id: 'payer-who-fails' };

async function attempt(status: string): Promise<Record<string, unknown>> {
  const demanded = await session.demand(session.request({ payer: PAYER }));
  const id = await session.confirm(demanded);
  session.vendor.finish(id, status);
  await session.webhooks(session.webhook(id, status));
  return session.verdict(demanded.key);
}

describe('five failures in a row block the payer', () => {
  it('given five failed authentications, when another is asked for, then it is declined at once, for a time, and for this payer only', async () => {
    for (let n = 0; n < 4; n++) expect(await attempt('Declined')).toMatchObject({ reasons: ['AUTHENTICATION_FAILED'] });
    expect(await attempt('Approved')).toMatchObject({ outcome: 'APPROVED' });
    for (let n = 0; n < 4; n++) await attempt('Declined');
    const waiting = await session.demand(session.request({ payer: PAYER }));
    await attempt('Declined');
    const blocked = session.request({ payer: PAYER });
    await session.decided(session.decision(blocked));
    expect(await session.verdict(session.keyOf(blocked.authenticationId))).toMatchObject({ outcome: 'DECLINED', reasons: ['PAYER_BLOCKED'], mayProceed: false });
    const calls = session.vendor.calls.create;
    expect((await session.post(`${waiting.path}/confirm`, waiting.shown)).statusCode).toBe(303);
    expect(await session.verdict(waiting.key)).toMatchObject({ reasons: ['PAYER_BLOCKED'] });
    expect(session.vendor.calls.create).toBe(calls);
    const exempt = session.request({ payer: PAYER });
    await session.decided(session.decision(exempt, { decision: 'EXEMPT' }));
    expect(await session.verdict(session.keyOf(exempt.authenticationId))).toMatchObject({ outcome: 'EXEMPT' });
    const other = await session.demand(session.request({ payer: { id: 'another-payer' } }));
    expect(await session.confirm(other)).toMatch(/^[0-9a-f-]{36}$/);
    await session.owner.query(`UPDATE payer_failures SET blocked_until = clock_timestamp() - interval '1 second'`);
    expect(await attempt('Approved')).toMatchObject({ outcome: 'APPROVED' });
  });
});

describe('one factor alone', () => {
  it('given ALLOW_SINGLE_FACTOR is off, when the face is approved, then it is declined for want of a second factor, and the payer has not failed', async () => {
    const strict = await startSession({ allowSingleFactor: false });
    try {
      const demanded = await strict.demand();
      const id = await strict.confirm(demanded);
      strict.vendor.finish(id);
      await strict.webhooks(strict.webhook(id, 'Approved'));
      expect(await strict.verdict(demanded.key)).toMatchObject({
        outcome: 'DECLINED', reasons: ['FACTORS_INSUFFICIENT'], mayProceed: false, assurance: null, authenticationCode: null, factors: [{ category: 'INHERENCE', method: 'face' }],
      });
      expect((await strict.owner.query('SELECT 1 FROM payer_failures')).rowCount).toBe(0);
    } finally {
      await strict.close();
    }
  });
});
