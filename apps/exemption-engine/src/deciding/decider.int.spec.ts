import { parseRecord, requestHash } from '@assent/contracts';
import { type EngineUnderTest, GATEWAYS, newId, newInstrument, outcomeOf, paying, request, startEngine, verdictOn } from '../engine-under-test.spec';

let engine: EngineUnderTest;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.close());

const decide = async (...batch: ReturnType<typeof request>[]) => {
  const refused = await engine.requested(batch);
  const answers = await Promise.all([...new Set(batch.map(({ key }) => key))].map(async (key) => (await engine.published(key)).at(-1)?.body));
  return { refused, answers: answers.flatMap((answer) => answer ?? []) };
};

describe('a request is decided', () => {
  test('given clean counters, when 12.50 is paid, then it is exempt and the decision carries everything that auth-session needs', async () => {
    const body = paying('12.50', newInstrument(), { returnUrl: 'https://shop.example/back', timeToLiveSeconds: 120, reviewSeconds: 60 });
    const event = request(body, { brokerTimeMs: Date.parse('2026-11-24T10:00:00.123Z') });
    const { answers } = await decide(event);
    expect(answers).toEqual([
      {
        authenticationId: body.authenticationId,
        gatewayId: 'shop',
        requestHash: requestHash(body),
        decision: 'EXEMPT',
        exemption: 'EX16',
        reasons: ['WITHIN_CONDITIONS'],
        rules: expect.arrayContaining([
          expect.objectContaining({
            rule: 'EX16',
            passed: true,
            evidence: expect.objectContaining({ spentAmount: '0.00 EUR', assumed: ['channel', 'applicant'] }) as unknown,
          }),
        ]) as unknown,
        profile: 'EU',
        policy: { id: 'default', version: 1 },
        stepUp: null,
        liability: { exemptionBy: 'payer_psp', payerLoss: false, refundsPayer: 'payer_psp', reimbursesPayerPsp: null },
        transport: {
          emv3ds: { '2.1.0': '02', '2.2.0': '02', '2.3.1': ['10'] },
          iso20022: { AuthntcnXmptn: 'LOWA' },
          mastercard: { 'DE48.SE22.SF01': '04' },
          visa: { 'F34.4A.87': '1' },
          softDecline: null,
        },
        request: {
          action: 'payment',
          payer: body.payer,
          payment: body.payment,
          description: null,
          returnUrl: 'https://shop.example/back',
          reviewSeconds: 60,
          requestedAt: '2026-11-24T10:00:00.123Z',
          expiresAt: '2026-11-24T10:02:00.123Z',
        },
        decidedAt: expect.stringMatching(/^20\d\d-.*\.\d{3}Z$/) as unknown,
      },
    ]);
    const [published] = await engine.published(event.key);
    expect(published?.headers).toMatchObject({
      ce_type: 'sca.decided.v1',
      ce_subject: body.authenticationId,
      ce_causationid: event.id,
      ce_sequence: '1',
      ce_source: '/services/exemption-engine',
    });
    expect(published?.headers['ce_subjectref']).toMatch(/^[\w-]{43}$/);
  });

  test('what is published can be read by its consumers', async () => {
    const event = request(
      paying('500.00', newInstrument(), {
        payment: {
          amount: '500.00',
          currency: 'EUR',
          kind: 'batch',
          payees: Array.from({ length: 400 }, (_, i) => ({ account: `ACC-${i}`, name: `Payee ${i}`, amount: '1.25' })),
        },
      }),
    );
    await engine.requested([event]);
    const { rows } = await engine.owner.query<{ topic: string; key: string; headers: string; value: string }>(
      'SELECT topic, key, headers, value FROM outbox WHERE key = $1',
      [event.key],
    );
    const [row] = rows;
    const headers = Object.fromEntries((JSON.parse(row!.headers) as [string, string][]).map(([name, value]) => [name, Buffer.from(value)]));
    const record = { topic: row!.topic, partition: 0, offset: '0', timestamp: 0, key: Buffer.from(row!.key), value: Buffer.from(row!.value), headers };
    const read = parseRecord(record, { topology: GATEWAYS.topology, knowsGateway: (id) => GATEWAYS.has(id), depth: 'full' });
    expect(read.ok ? [] : read.error.reason).toEqual([]);
  });

  test('the time of a REST request is its envelope, of any other the broker: the gateway decides nothing', async () => {
    const time = '2026-11-24T09:00:00.5Z';
    const rest = request(paying('1.00', newInstrument()), { source: '/services/auth-session', time, brokerTimeMs: 1 });
    const kafka = request(paying('1.00', newInstrument()), { time, brokerTimeMs: Date.parse('2026-11-24T10:00:00Z') });
    const { answers } = await decide(rest, kafka);
    expect(answers.map(({ request: { requestedAt, expiresAt } }) => [requestedAt, expiresAt])).toEqual([
      ['2026-11-24T09:00:00.500Z', '2026-11-24T09:05:00.500Z'],
      ['2026-11-24T10:00:00.000Z', '2026-11-24T10:05:00.000Z'],
    ]);
  });

  test.each([
    ['247.50', paying('247.50', 'card-a'), 'SCA_REQUIRED', ['AMOUNT_OVER_LIMIT', 'CUMULATIVE_OVER_LIMIT']],
    ['30.00', paying('30.00', 'card-b'), 'EXEMPT', ['WITHIN_CONDITIONS']],
    ['30.01', paying('30.01', 'card-c'), 'SCA_REQUIRED', ['AMOUNT_OVER_LIMIT']],
    ['no instrument, so no counter', paying('1.00', undefined), 'SCA_REQUIRED', ['COUNTER_UNAVAILABLE']],
    [
      'another currency without a rate',
      paying('1.00', 'card-d', { payment: { amount: '10.00', currency: 'SEK', payee: { account: 'X1', name: 'X' } } }),
      'SCA_REQUIRED',
      ['FX_RATE_MISSING'],
    ],
    [
      'a rate of zero',
      paying('1.00', 'card-d', {
        payment: { amount: '10.00', currency: 'SEK', payee: { account: 'X1', name: 'X' } },
        facts: { fx: { unitsPerBase: '0', ageHours: 1 } },
      }),
      'SCA_REQUIRED',
      ['FX_RATE_MISSING'],
    ],
    [
      'a stale rate',
      paying('1.00', 'card-d', {
        payment: { amount: '10.00', currency: 'SEK', payee: { account: 'X1', name: 'X' } },
        facts: { fx: { unitsPerBase: '11', ageHours: 25 } },
      }),
      'SCA_REQUIRED',
      ['FX_RATE_STALE'],
    ],
    [
      'SEK 330.01 at 11',
      paying('1.00', 'card-d', {
        payment: { amount: '330.01', currency: 'SEK', payee: { account: 'X1', name: 'X' } },
        facts: { fx: { unitsPerBase: '11', ageHours: 1 } },
      }),
      'SCA_REQUIRED',
      ['AMOUNT_OVER_LIMIT'],
    ],
    ['monitoring down', paying('1.00', 'card-e', { facts: { monitoring: { available: false } } }), 'SCA_REQUIRED', ['MONITORING_UNAVAILABLE']],
    ['at a terminal', paying('1.00', 'card-e', { facts: { channel: 'contact_pos' } }), 'SCA_REQUIRED', ['WRONG_CHANNEL']],
    ['a wallet as applicant', paying('1.00', 'card-e', { facts: { applicant: 'wallet' } }), 'SCA_REQUIRED', ['APPLICANT_NOT_PERMITTED']],
    ['merchant-initiated', paying('800.00', 'card-e', { facts: { initiator: 'payee' } }), 'OUT_OF_SCOPE', ['PAYEE_INITIATED']],
    ['direct debit', paying('800.00', 'card-e', { facts: { instrument: 'direct_debit' } }), 'OUT_OF_SCOPE', ['PAYEE_INITIATED']],
    ['by telephone', paying('800.00', 'card-e', { facts: { moto: true } }), 'OUT_OF_SCOPE', ['MOTO']],
    ['an anonymous instrument', paying('80.00', 'card-e', { facts: { anonymousInstrument: true } }), 'OUT_OF_SCOPE', ['ANONYMOUS_INSTRUMENT']],
    ["the payer's provider abroad", paying('800.00', 'card-e', { facts: { payerPsp: 'OTHER' } }), 'OUT_OF_SCOPE', ['ONE_LEG_IN']],
    ['both providers abroad', paying('800.00', 'card-e', { facts: { payerPsp: 'UK', payeePsp: 'OTHER' } }), 'OUT_OF_SCOPE', ['BOTH_PSPS_OUTSIDE']],
    [
      "the payee's provider abroad, unable",
      paying('800.00', 'card-e', { facts: { payeePsp: 'OTHER', payeeSideCanSupportSca: false } }),
      'SCA_BEST_EFFORT',
      ['ONE_LEG_OUT'],
    ],
    ['an exemption that is not asked for', paying('1.00', 'card-e', { exemptions: 'NONE' }), 'SCA_REQUIRED', ['EXEMPTION_NOT_REQUESTED']],
    ['an exemption that the policy does not have', paying('1.00', 'card-e', { exemptions: ['EX18'] }), 'SCA_REQUIRED', ['EXEMPTION_NOT_IN_POLICY']],
    [
      'a retry after a soft decline',
      paying('1.00', 'card-e', { retryOf: { authenticationId: 'auth-0000000', softDeclineCode: '65' } }),
      'SCA_REQUIRED',
      ['SOFT_DECLINE_RETRY'],
    ],
    ['a log-in', { authenticationId: newId(), action: 'login' as const, payer: { id: 'user-1' } }, 'SCA_REQUIRED', ['ACTION_NOT_EXEMPTIBLE']],
    [
      'a risky action',
      { authenticationId: newId(), action: 'raise_limit' as const, payer: { id: 'user-1' }, description: 'Raise the limit' },
      'SCA_REQUIRED',
      ['ACTION_NOT_EXEMPTIBLE'],
    ],
    [
      'access to an account',
      { authenticationId: newId(), action: 'account_access' as const, payer: { id: 'user-1' } },
      'SCA_REQUIRED',
      ['EXEMPTION_NOT_IN_POLICY'],
    ],
  ])('%s', async (_name, body, decision, reasons) => {
    const { answers, refused } = await decide(request(body));
    expect(refused).toEqual([]);
    expect(answers.map((answer) => [answer.decision, answer.reasons])).toEqual([[decision, reasons]]);
  });

  test('only an exemption that names the instrument takes budget, in the namespace of its gateway', async () => {
    const card = newInstrument();
    await decide(
      request(paying('30.00', card)),
      request(paying('247.50', card)),
      request(paying('20.00', card), { gatewayId: 'cards' }),
      request(paying('10.00', card), { gatewayId: 'other' }),
    );
    expect(await engine.spent(card)).toMatchObject({ held: '50.00', heldCount: 2, committedCount: 0 });
    expect(await engine.spent(card, 'lowValue', 'other')).toMatchObject({ held: '10.00', heldCount: 1 });
  });

  test('within a batch each payment sees what the ones before it have taken', async () => {
    const card = newInstrument();
    const { answers } = await decide(...['30.00', '30.00', '30.00', '10.01', '10.00', '0.01'].map((amount) => request(paying(amount, card))));
    expect(answers.map(({ decision }) => decision)).toEqual(['EXEMPT', 'EXEMPT', 'EXEMPT', 'SCA_REQUIRED', 'EXEMPT', 'SCA_REQUIRED']);
    expect(await engine.spent(card)).toMatchObject({ held: '100.00', heldCount: 4 });
  });

  test('a counter keeps fractions of a cent', async () => {
    const card = newInstrument();
    const inSek = (amount: string) =>
      request(
        paying('1.00', card, { payment: { amount, currency: 'SEK', payee: { account: 'X1', name: 'X' } }, facts: { fx: { unitsPerBase: '11', ageHours: 1 } } }),
      );
    const { answers } = await decide(inSek('330.00'), inSek('330.00'), inSek('329.99'), inSek('110.02'), inSek('110.01'));
    expect(answers.map(({ decision }) => decision)).toEqual(['EXEMPT', 'EXEMPT', 'EXEMPT', 'SCA_REQUIRED', 'EXEMPT']);
    const { rows } = await engine.owner.query('SELECT held::text, held_over::text FROM counter WHERE instrument_id = $1', [card]);
    expect(rows).toEqual([{ held: '10000', held_over: '1' }]);
  });
});

describe('the identity of a request', () => {
  test('the same content in another message: the same decision again, with the new cause', async () => {
    const event = request(paying('12.50', newInstrument()), { brokerTimeMs: 1_790_000_000_000 });
    const again = { ...request(event.body, { brokerTimeMs: 1_790_000_060_000 }) };
    await engine.requested([event]);
    await engine.requested([again]);
    const [first, second, ...rest] = await engine.published(event.key);
    expect(rest).toEqual([]);
    expect(second?.body).toEqual(first?.body);
    expect(second?.headers['ce_id']).not.toBe(first?.headers['ce_id']);
    expect([first, second].map((published) => [published?.headers['ce_causationid'], published?.headers['ce_sequence']])).toEqual([
      [event.id, '1'],
      [again.id, '2'],
    ]);
    expect(await engine.spent(event.body.payer.instrumentId!)).toMatchObject({ held: '12.50', heldCount: 1 });
  });

  test('members in another order are the same content', async () => {
    const event = request(paying('12.50', newInstrument()));
    const reordered = request({
      ...Object.fromEntries(Object.entries(event.body).reverse()),
      authenticationId: event.body.authenticationId,
    } as typeof event.body);
    expect(await engine.requested([event, reordered])).toEqual([]);
    expect(await engine.published(event.key)).toHaveLength(2);
  });

  test.each([
    ['in one batch', true],
    ['in two', false],
  ])('other content is refused and recorded, the first goes on untouched, and a repeat of it is answered (%s)', async (_name, together) => {
    const card = newInstrument();
    const event = request(paying('12.50', card));
    const conflict = request({ ...event.body, payment: { ...event.body.payment, amount: '12.51' } });
    const repeat = request(event.body);
    const batches = together ? [[event, conflict, repeat]] : [[event], [conflict], [repeat]];
    const refused = [];
    for (const batch of batches) refused.push(...(await engine.requested(batch)));
    expect(refused.map(({ event: { id }, code }) => [id, code])).toEqual([[conflict.id, 'REQUEST_CONFLICT']]);
    expect(refused[0]?.reason).toMatch(/^authenticationId /);
    const published = await engine.published(event.key);
    expect(
      published.map(
        ({
          body: {
            request: { payment },
          },
        }) => payment?.amount,
      ),
    ).toEqual(['12.50', '12.50']);
    expect(await engine.spent(card)).toMatchObject({ held: '12.50', heldCount: 1 });
  });

  test('the same id of two gateways is two requests', async () => {
    const body = paying('12.50', newInstrument());
    const refused = await engine.requested([request(body), request({ ...body, payment: { ...body.payment, amount: '1.00' } }, { gatewayId: 'other' })]);
    expect(refused).toEqual([]);
  });

  test('a return address that is not on the list is refused by name and takes no identity', async () => {
    const event = request(paying('12.50', newInstrument(), { returnUrl: 'https://evil.example/back' }));
    const refused = await engine.requested([event]);
    expect(refused.map(({ code, reason }) => [code, reason.includes('returnUrl'), reason.includes('evil')])).toEqual([['BODY_INVALID', true, false]]);
    expect(await engine.published(event.key)).toEqual([]);
    const mended = request({ ...event.body, returnUrl: 'https://shop.example/back' });
    expect(await engine.requested([mended])).toEqual([]);
    expect(await engine.published(event.key)).toHaveLength(1);
  });

  test('a batch that is rolled back leaves nothing, and can be handled again', async () => {
    const card = newInstrument();
    const event = request(paying('12.50', card));
    const attempt = engine.replica.database.transaction(async (tx) => {
      await engine.replica.decider.decide([event], { tx, deadLetter: () => undefined });
      throw new Error('crash before commit');
    });
    await expect(attempt).rejects.toThrow('crash before commit');
    expect(await engine.published(event.key)).toEqual([]);
    await engine.requested([event]);
    expect(await engine.published(event.key)).toHaveLength(1);
    expect(await engine.spent(card)).toMatchObject({ held: '12.50', heldCount: 1 });
  });
});

describe('what comes before the request', () => {
  test('a verdict: the hold is given back at once', async () => {
    const card = newInstrument();
    const event = request(paying('12.50', card));
    await engine.verdict(verdictOn(event, 'CANCELLED'));
    const { answers } = await decide(event);
    expect(answers[0]?.decision).toBe('EXEMPT');
    expect(await engine.spent(card)).toMatchObject({ heldCount: 0, committedCount: 0 });
  });

  test('an approval by strong customer authentication: it resets', async () => {
    const card = newInstrument();
    await decide(request(paying('30.00', card)));
    const event = request(paying('247.50', card));
    await engine.verdict(verdictOn(event, 'APPROVED', 'SCA'));
    await decide(event);
    expect(await engine.spent(card)).toMatchObject({ heldCount: 0, epoch: 1 });
  });

  test('outcomes: they settle the hold', async () => {
    const card = newInstrument();
    const [executed, declined] = [request(paying('12.50', card)), request(paying('7.50', card))];
    await engine.outcome(outcomeOf(declined, 'DECLINED'), outcomeOf(executed, 'DECLINED'), outcomeOf(executed, 'EXECUTED'));
    await decide(executed, declined);
    expect(await engine.spent(card)).toMatchObject({ committed: '12.50', committedCount: 1, heldCount: 0 });
  });
});

test('decisions are counted by kind, exemption and reason', async () => {
  await decide(request(paying('999.00', newInstrument())), request(paying('1.00', newInstrument())));
  const text = await engine.metrics.text();
  expect(text).toMatch(/exemption_decisions_total\{[^}]*decision="EXEMPT",exemption="EX16"[^}]*\} \d+/);
  expect(text).toMatch(/exemption_refusals_total\{[^}]*rule="EX16",reason="AMOUNT_OVER_LIMIT"[^}]*\} \d+/);
});
