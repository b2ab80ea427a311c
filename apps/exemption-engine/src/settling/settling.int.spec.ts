import type { PaymentOutcomeV1, ScaVerdictV1 } from '@assent/contracts';
import fc from 'fast-check';
import { type EngineUnderTest, newInstrument, outcome, outcomeOf, paying, request, startEngine, verdictOn } from '../engine-under-test.spec';

let engine: EngineUnderTest;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.close());

/** An exempt payment of 12.50 on a new card. */
const exempt = async (amount = '12.50') => {
  const card = newInstrument();
  const event = request(paying(amount, card));
  await engine.requested([event]);
  return { card, event };
};

describe('a hold', () => {
  test.each<[ScaVerdictV1['outcome'], number]>([
    ['EXEMPT', 1],
    ['EXPIRED', 0],
    ['CANCELLED', 0],
    ['DECLINED', 0],
    ['UNAVAILABLE', 0],
  ])('after the verdict %s: %i held', async (verdict, heldCount) => {
    const { card, event } = await exempt();
    await engine.verdict(verdictOn(event, verdict));
    expect(await engine.spent(card)).toMatchObject({ heldCount, committedCount: 0 });
  });

  test.each<[PaymentOutcomeV1['kind'], string, number]>([
    ['EXECUTED', '12.50', 0],
    ['DECLINED', '0.00', 0],
    ['REVERSED', '0.00', 0],
    ['REFUNDED', '0.00', 1],
  ])('after the outcome %s: %s committed, %i held', async (kind, committed, heldCount) => {
    const { card, event } = await exempt();
    await engine.verdict(verdictOn(event, 'EXEMPT'));
    await engine.outcome(outcomeOf(event, kind));
    expect(await engine.spent(card)).toMatchObject({ committed, heldCount });
  });

  test('a reversal or a refund after the execution gives nothing back', async () => {
    const { card, event } = await exempt();
    await engine.outcome(outcomeOf(event, 'EXECUTED'), outcomeOf(event, 'REVERSED'), outcomeOf(event, 'REFUNDED'), outcomeOf(event, 'DECLINED'));
    expect(await engine.spent(card)).toMatchObject({ committed: '12.50', committedCount: 1, heldCount: 0 });
  });

  test('executed after a late verdict: it is spent again', async () => {
    const { card, event } = await exempt();
    await engine.verdict(verdictOn(event, 'EXPIRED'));
    await engine.outcome(outcomeOf(event, 'EXECUTED'));
    expect(await engine.spent(card)).toMatchObject({ committed: '12.50', committedCount: 1 });
  });

  test('the order of verdict and outcomes does not matter', async () => {
    const orders = fc.sample(fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4, maxLength: 4 }), { numRuns: 12, seed: 7 });
    for (const order of orders) {
      const { card, event } = await exempt();
      const steps = [
        () => engine.verdict(verdictOn(event, 'EXPIRED')),
        () => engine.outcome(outcomeOf(event, 'DECLINED')),
        () => engine.outcome(outcomeOf(event, 'EXECUTED', { amount: '5.00' })),
        () => engine.outcome(outcomeOf(event, 'EXECUTED', { amount: '10.00' })),
      ];
      for (const i of order) await steps[i]!();
      expect(await engine.spent(card)).toMatchObject({ committed: '15.00', committedCount: 1, held: '0.00', heldCount: 0 });
    }
  });

  test('an execution in another currency takes the whole budget', async () => {
    const { card, event } = await exempt();
    await engine.outcome(outcomeOf(event, 'EXECUTED', { amount: '100', currency: 'JPY' }));
    expect(await engine.spent(card)).toMatchObject({ committed: '100.01', committedCount: 1 });
  });

  test('only the first verdict counts', async () => {
    const { card, event } = await exempt();
    await engine.verdict(verdictOn(event, 'EXEMPT'), verdictOn(event, 'EXPIRED'));
    await engine.verdict(verdictOn(event, 'EXPIRED'));
    expect(await engine.spent(card)).toMatchObject({ held: '12.50', heldCount: 1 });
  });
});

describe('an approval', () => {
  const approve = async (assurance: 'SCA' | 'SINGLE_FACTOR', more: Parameters<typeof paying>[2] = {}) => {
    const { card, event: first } = await exempt('30.00');
    await engine.outcome(outcomeOf(first, 'EXECUTED'));
    const event = request(paying('247.50', card, more));
    await engine.requested([event]);
    await engine.verdict(verdictOn(event, 'APPROVED', assurance));
    return { card, event };
  };

  test('by strong customer authentication opens a new epoch, which nothing of the old one touches', async () => {
    const { card, event } = await approve('SCA');
    expect(await engine.spent(card)).toMatchObject({ committedCount: 0, heldCount: 0, epoch: 1 });
    await engine.outcome(outcomeOf(event, 'EXECUTED'));
    expect(await engine.spent(card)).toMatchObject({ committedCount: 0, heldCount: 0, epoch: 1 });
  });

  test('an execution that comes before it is wiped by it', async () => {
    const card = newInstrument();
    const event = request(paying('247.50', card));
    await engine.requested([event]);
    await engine.outcome(outcomeOf(event, 'EXECUTED'));
    expect(await engine.spent(card)).toMatchObject({ committed: '247.50', epoch: 0 });
    await engine.verdict(verdictOn(event, 'APPROVED', 'SCA'));
    expect(await engine.spent(card)).toMatchObject({ committedCount: 0, epoch: 1 });
  });

  test('by one factor is no strong customer authentication: it resets nothing, and its execution counts', async () => {
    const { card, event } = await approve('SINGLE_FACTOR');
    await engine.outcome(outcomeOf(event, 'EXECUTED'));
    expect(await engine.spent(card)).toMatchObject({ committed: '277.50', committedCount: 2, epoch: 0 });
  });

  test('of a log-in resets nothing', async () => {
    const { card } = await exempt('30.00');
    const login = request({ authenticationId: 'auth-login-0001', action: 'login', payer: { id: 'user-42', instrumentId: card } });
    await engine.requested([login]);
    await engine.verdict(verdictOn(login, 'APPROVED', 'SCA'));
    expect(await engine.spent(card)).toMatchObject({ heldCount: 1, epoch: 0 });
  });

  test('at a terminal resets the contactless counter and not the remote one', async () => {
    const { card } = await approve('SCA', { facts: { channel: 'contact_pos' } });
    expect(await engine.spent(card)).toMatchObject({ committed: '30.00', epoch: 0 });
    expect(await engine.spent(card, 'contactless')).toMatchObject({ epoch: 1 });
  });

  test('a payment that was refused and executed all the same counts', async () => {
    const card = newInstrument();
    const event = request(paying('40.00', card));
    await engine.requested([event]);
    await engine.verdict(verdictOn(event, 'DECLINED'));
    await engine.outcome(outcomeOf(event, 'EXECUTED'));
    const next = request(paying('30.00', card));
    const last = request(paying('30.01', card));
    await engine.requested([next, last]);
    expect(await engine.spent(card)).toMatchObject({ committed: '40.00', held: '30.00' });
  });
});

describe('an outcome', () => {
  test('counts once, however often it comes', async () => {
    const { card, event } = await exempt();
    const reported = outcomeOf(event, 'EXECUTED');
    const again = { ...outcomeOf(event, 'EXECUTED'), body: reported.body };
    expect(await engine.outcome(reported, again)).toEqual([]);
    expect(await engine.outcome(again)).toEqual([]);
    expect(await engine.spent(card)).toMatchObject({ committed: '12.50', committedCount: 1 });
    const { rows } = await engine.owner.query('SELECT 1 FROM payment_outcome WHERE outcome_id = $1', [reported.body.outcomeId]);
    expect(rows).toHaveLength(1);
  });

  test('with other content under the same id is refused, in one batch and in two', async () => {
    const { card, event } = await exempt();
    const reported = outcomeOf(event, 'EXECUTED', { amount: '5.00' });
    const other = outcomeOf(event, 'EXECUTED', { ...reported.body, amount: '500.00' });
    for (const refused of [await engine.outcome(reported, other), await engine.outcome(other)]) {
      expect(refused.map(({ event: { id }, code }) => [id, code])).toEqual([[other.id, 'REQUEST_CONFLICT']]);
    }
    expect(await engine.spent(card)).toMatchObject({ committed: '12.50', committedCount: 1 });
  });

  test('the same id of two gateways is two outcomes', async () => {
    const card = newInstrument();
    const mine = outcome({ instrumentId: card, amount: '5.00' });
    const theirs = outcome({ instrumentId: card, outcomeId: mine.body.outcomeId, amount: '6.00' }, 'other');
    expect(await engine.outcome(mine, theirs)).toEqual([]);
    expect(await engine.spent(card)).toMatchObject({ committed: '5.00' });
    expect(await engine.spent(card, 'lowValue', 'other')).toMatchObject({ committed: '6.00' });
  });

  test.each<[string, NonNullable<PaymentOutcomeV1['facts']> | null, string, string]>([
    ['of which nothing is known', null, '20.00', '0.00'],
    ['remote, exempt', { remote: true, initiator: 'payer', auth: 'EX18' }, '20.00', '0.00'],
    ['contactless', { remote: false, initiator: 'payer', auth: 'EX11' }, '0.00', '20.00'],
    ['merchant-initiated', { remote: true, initiator: 'payee' }, '0.00', '0.00'],
    ['out of scope', { remote: true, auth: 'OUT_OF_SCOPE' }, '0.00', '0.00'],
    ['a direct debit', { instrument: 'direct_debit', remote: true }, '0.00', '0.00'],
    ['authenticated', { remote: true, auth: 'SCA' }, '0.00', '0.00'],
  ])('of a payment that never came here, %s', async (_name, facts, lowValue, contactless) => {
    const card = newInstrument();
    await engine.outcome(outcome({ instrumentId: card, amount: '20.00', facts }));
    expect([(await engine.spent(card)).committed, (await engine.spent(card, 'contactless')).committed]).toEqual([lowValue, contactless]);
  });

  test('of an authenticated payment that never came here resets its channel', async () => {
    const { card } = await exempt('30.00');
    await engine.outcome(outcome({ instrumentId: card, amount: '99.00', facts: { remote: true, auth: 'SCA' } }));
    expect(await engine.spent(card)).toMatchObject({ heldCount: 0, epoch: 1 });
    await engine.outcome(outcome({ instrumentId: card, amount: '99.00', facts: { auth: 'SCA' } }));
    expect(await engine.spent(card)).toMatchObject({ epoch: 1 });
  });

  test('a fraud report is kept with everything that the fraud books need', async () => {
    const { event } = await exempt();
    const fraud = {
      kind: 'UNAUTHORISED' as const,
      executedAt: '2026-11-20T10:00:00Z',
      registeredAt: '2026-11-24T11:00:00Z',
      recovered: '2.50',
      liable: 'self' as const,
    };
    const reported = outcomeOf(event, 'FRAUD_REPORTED', { fraud });
    await engine.outcome(reported);
    const { rows } = await engine.owner.query(
      'SELECT authentication_key, kind, amount, fraud_kind, fraud_recovered, fraud_liable, fraud_registered_at FROM payment_outcome WHERE outcome_id = $1',
      [reported.body.outcomeId],
    );
    expect(rows).toEqual([
      {
        authentication_key: event.key,
        kind: 'FRAUD_REPORTED',
        amount: '12.50',
        fraud_kind: 'UNAUTHORISED',
        fraud_recovered: '2.50',
        fraud_liable: 'self',
        fraud_registered_at: new Date('2026-11-24T11:00:00Z'),
      },
    ]);
  });
});

test('exemptions without any outcome after a day are counted', async () => {
  const before = await engine.unsettled.count();
  const [settled, unsettled] = [await exempt(), await exempt()];
  await engine.outcome(outcomeOf(settled.event, 'EXECUTED'));
  expect(await engine.unsettled.count()).toBe(before);
  await engine.owner.query(`UPDATE authentication SET decided_at = now() - interval '25 hours' WHERE key = ANY ($1)`, [
    [settled.event.key, unsettled.event.key],
  ]);
  expect(await engine.unsettled.count()).toBe(before + 1);
  expect(await engine.metrics.text()).toMatch(new RegExp(`exemption_unsettled_exemptions(\\{[^}]*\\})? ${before + 1}`));
});
