import type { PaymentOutcomeV1 } from '@assent/contracts';
import { DEFAULT_POLICY, lastComplete, quarterBefore, spanOf } from '@assent/domain-exemption';
import { API_KEY, type EngineUnderTest, newInstrument, outcome, outcomeOf, paying, request, startEngine, verdictOn } from '../engine-under-test.spec';
import { type AppUnderTest, startApp } from '../http/app-under-test.spec';
import { SETTLE_MS } from './risk-books';

const LAST = lastComplete(Date.now(), SETTLE_MS);
const BEFORE = quarterBefore(LAST);
/** A moment in the middle of a quarter. */
const during = (quarter: string): string => new Date(spanOf(quarter)!.fromMs + 40 * 86_400_000).toISOString();
const FACTS = { instrument: 'card', remote: true, initiator: 'payer', auth: 'SCA' } as const;
const POLICY = {
  id: 'tra', version: 0, profile: 'EU', consider: ['EX18'], considerDirectAccess: false, assume: { channel: 'remote', initiator: 'payer', applicant: 'payer_psp' },
  settings: DEFAULT_POLICY.settings, localThresholds: {}, resetsCounters: ['SCA'],
  audits: { yearlyOn: new Date(Date.now() - 30 * 86_400_000).toISOString().slice(0, 10), externalOn: new Date(Date.now() - 400 * 86_400_000).toISOString().slice(0, 10) },
};
const NO_RISK = { abnormalSpending: false, unusualDevice: false, malware: false, knownFraudScenario: false, abnormalPayerLocation: false, highRiskPayeeLocation: false };

let engine: EngineUnderTest;
let app: AppUnderTest;
beforeAll(async () => {
  engine = await startEngine();
  app = await startApp(engine);
});
beforeEach(() => engine.owner.query('TRUNCATE payment_outcome, authentication, decided, counter, closed_quarter, band_state, outbox, policy_current'));
afterAll(async () => {
  await app.close();
  await engine.close();
});

const paid = (amount: string, quarter: string, more: Partial<PaymentOutcomeV1> = {}) =>
  outcome({ instrumentId: newInstrument(), amount, occurredAt: during(quarter), facts: FACTS, ...more });
const fraud = (amount: string, executed: string, registered = executed, more: object = {}, facts: PaymentOutcomeV1['facts'] = FACTS) =>
  outcome({
    instrumentId: newInstrument(), kind: 'FRAUD_REPORTED', amount, occurredAt: during(registered), facts,
    fraud: { kind: 'UNAUTHORISED', executedAt: during(executed), registeredAt: during(registered), ...more },
  });
const report = async (quarter: string) => (await app.call('GET', `/v1/fraud/reports/${quarter}`)).body as unknown as {
  sections: { instrument: string; remote: boolean; total: Record<string, unknown>; paths: Record<string, unknown>[] }[]; outOfScope: unknown; unconverted: number;
};
const bands = async () => (await app.call('GET', '/v1/fraud/bands')).body as unknown as {
  instruments: { instrument: string; closed: { quarter: string } | null; bands: { upTo: string; state: string; warning: boolean; usedPercent: string | null; headroom: string }[] }[];
};
const states = async () => (await bands()).instruments[0]!.bands.map(({ state }) => state);
const kinds = async () => (await engine.compliance('shop')).map(({ kind, data }) => `${kind} ${String(data['band'])} ${String(data['quarter'])}`);

describe('the report of Article 21', () => {
  test('splits by path, tells what is out of scope apart, and counts only fraud that is ours', async () => {
    await engine.outcome(
      paid('100.00', LAST), paid('50.00', LAST, { facts: { ...FACTS, auth: 'EX16' } }), paid('70.00', LAST, { facts: { ...FACTS, initiator: 'payee' } }),
      paid('30.00', LAST, { facts: { ...FACTS, remote: false, auth: 'EX11' } }), paid('999.00', BEFORE),
      fraud('10.00', LAST), fraud('1.00', LAST, LAST, { kind: 'PAYER_FRAUD' }), fraud('2.00', LAST, LAST, { liable: 'other' }), fraud('4.00', LAST, LAST, { kind: 'MANIPULATED' }),
      paid('5.00', LAST, { currency: 'SEK' }),
    );
    const { sections, outOfScope, unconverted } = await report(LAST);
    expect(sections.map(({ instrument, remote, total }) => [instrument, remote, total['payments'], total['value'], total['fraudValue']])).toEqual([
      ['card', true, 3, '150.00', '14.00'],
      ['card', false, 1, '30.00', '0.00'],
    ]);
    expect(sections[0]!.paths.map(({ path, value, fraudValue }) => [path, value, fraudValue])).toEqual([['SCA', '100.00', '14.00'], ['EX16', '50.00', '0.00']]);
    expect([outOfScope, unconverted]).toEqual([{ payments: 1, value: '70.00' }, 1]);
    expect((await report('2020-Q1')).sections).toEqual([]);
    expect((await app.call('GET', '/v1/fraud/reports/2026-13')).status).toBe(400);
  });

  test('what was decided here goes before what the outcome says', async () => {
    const [exempt, approved, weak] = [request(paying('12.00', newInstrument())), request(paying('400.00', newInstrument())), request(paying('300.00', newInstrument()))];
    await engine.requested([exempt, approved, weak]);
    await engine.verdict(verdictOn(exempt, 'EXEMPT'), verdictOn(approved, 'APPROVED', 'SCA'), verdictOn(weak, 'APPROVED', 'SINGLE_FACTOR'));
    const lie = { ...FACTS, auth: 'OUT_OF_SCOPE' };
    await engine.outcome(...[exempt, approved, weak].map((event) => outcomeOf(event, 'EXECUTED', { occurredAt: during(LAST), facts: lie })));
    const [section] = (await report(LAST)).sections;
    expect(section!.paths.map(({ path, value }) => [path, value])).toEqual([['SCA', '400.00'], ['EX16', '12.00'], ['SINGLE_FACTOR', '300.00']]);
  });

  test('a payment in another currency is booked at the rate of its decision', async () => {
    const event = request(
      paying('1.00', newInstrument(), { payment: { amount: '110.00', currency: 'SEK', payee: { account: 'X1', name: 'X' } }, facts: { fx: { unitsPerBase: '11', ageHours: 1 } } }),
    );
    await engine.requested([event]);
    await engine.outcome(outcomeOf(event, 'EXECUTED', { occurredAt: during(LAST) }));
    expect((await report(LAST)).sections[0]!.total).toMatchObject({ value: '10.00', payments: 1 });
  });
});

describe('the bands of Article 20', () => {
  test('a quarter is closed once, whoever tries, and bands qualify at exactly their reference', async () => {
    await engine.outcome(paid('1000000.00', LAST), fraud('600.00', LAST));
    const replicas = [engine.replica, engine.newReplica(), engine.newReplica()];
    const closed = await Promise.all(replicas.map(({ closing }) => closing.closeDue()));
    expect(closed.reduce((sum, count) => sum + count, 0)).toBe(2);
    expect(await states()).toEqual(['ACTIVE', 'ACTIVE', 'NOT_QUALIFIED']);
    expect(await kinds()).toEqual([`BAND_STATE_CHANGED 100.00 ${LAST}`, `BAND_STATE_CHANGED 250.00 ${LAST}`]);
    expect(await engine.replica.closing.closeDue()).toBe(0);
  });

  test('over once: report; over twice: cease; back within: notify, and only the notification brings it back', async () => {
    const quarters = [LAST];
    while (quarters.length < 4) quarters.unshift(quarterBefore(quarters[0]!));
    const rates = ['1000.00', '1300.01', '1400.00', '1300.00'];
    await engine.outcome(...quarters.flatMap((quarter, i) => [paid('1000000.00', quarter), fraud(rates[i]!, quarter)]));
    await engine.replica.closing.closeDue();
    const [, second, third, fourth] = quarters;
    expect((await kinds()).filter((line) => line.includes(' 100.00 ') && !line.startsWith('BAND'))).toEqual([
      `REPORT_DUE 100.00 ${second}`, `REPORT_DUE 100.00 ${third}`, `CEASE_DUE 100.00 ${third}`, `NOTIFY_DUE 100.00 ${fourth}`,
    ]);
    expect((await states())[0]).toBe('RECOVERABLE');
    const notify = (path: string, key = `${API_KEY}-policies`) => app.call('POST', `/v1/fraud/bands/${path}/notify`, { payload: { evidence: 'letter 17' }, key });
    expect(await notify('card/100.00', API_KEY)).toMatchObject({ status: 403 });
    expect(await notify('card/250.00')).toMatchObject({ status: 409, body: { code: 'BAND_NOT_RECOVERED' } });
    expect(await notify('card/123.00')).toMatchObject({ status: 404, body: { code: 'BAND_UNKNOWN' } });
    expect(await notify('card/100.00')).toMatchObject({ status: 200, body: { state: 'ACTIVE' } });
    expect((await engine.compliance('shop')).at(-1)).toMatchObject({ kind: 'BAND_STATE_CHANGED', data: { from: 'RECOVERABLE', to: 'ACTIVE', evidence: 'letter 17' } });
  });

  test('late fraud counts in the quarter where it is worse', async () => {
    await engine.outcome(paid('1000000.00', BEFORE), paid('100000.00', LAST), fraud('600.00', BEFORE, LAST));
    await engine.replica.closing.closeDue();
    const { rows } = await engine.owner.query(`SELECT quarter, fraud_value::text FROM closed_quarter WHERE instrument = 'card' ORDER BY quarter`);
    expect(rows).toEqual([{ quarter: BEFORE, fraud_value: '60000' }, { quarter: LAST, fraud_value: '60000' }]);
  });

  test('the distance to each limit is measured on the quarter that runs, with a warning from four fifths on', async () => {
    const now = new Date().toISOString();
    const running = (event: ReturnType<typeof paid>) => ({ ...event, body: { ...event.body, occurredAt: now, ...(event.body.fraud ? { fraud: { ...event.body.fraud, executedAt: now, registeredAt: now } } : {}) } });
    await engine.outcome(running(paid('1000000.00', LAST)), running(fraud('480.00', LAST)));
    expect((await bands()).instruments[0]!.bands.map(({ upTo, warning, usedPercent, headroom }) => [upTo, warning, usedPercent, headroom])).toEqual([
      ['100.00', false, '36.923076…', '820.00'], ['250.00', true, '80', '120.00'], ['500.00', true, '480', '-380.00'],
    ]);
  });
});

describe('risk analysis on these books (Article 18)', () => {
  const decide = async (amount: string, more: object = {}) => {
    const facts = { instrument: 'card' as const, monitoring: { available: true }, risk: { flags: NO_RISK, score: 10 }, ...more };
    const event = request(paying(amount, newInstrument(), { facts }));
    await engine.requested([event]);
    const { decision, exemption, reasons } = (await engine.published(event.key)).at(-1)!.body;
    return [decision, exemption, reasons];
  };
  const use = async (policy: object) => {
    const author = { namespace: 'shop', keyId: 'test' };
    const draft = await engine.replica.policyBook.draft(policy, author);
    if (!draft.ok) throw new Error(draft.error.detail);
    await engine.replica.policyBook.publish(draft.value.version, 'test', author);
  };

  test('is exempt up to the band that the rate unlocks, once the quarter is closed', async () => {
    await use(POLICY);
    await engine.outcome(paid('1000000.00', LAST), fraud('600.00', LAST));
    expect(await decide('250.00')).toEqual(['SCA_REQUIRED', null, ['FRAUD_RATE_UNAVAILABLE']]);
    await engine.replica.closing.closeDue();
    expect(await decide('250.00')).toEqual(['EXEMPT', 'EX18', ['WITHIN_CONDITIONS']]);
    expect(await decide('250.01')).toEqual(['SCA_REQUIRED', null, ['FRAUD_RATE_OVER_REFERENCE']]);
    expect(await decide('250.00', { instrument: 'credit_transfer' })).toEqual(['SCA_REQUIRED', null, ['FRAUD_RATE_UNAVAILABLE']]);
    expect((await decide('250.00', { risk: { flags: { ...NO_RISK, malware: null }, score: 10 } }))[2]).toEqual(['RISK_FACTOR_UNASSESSED']);
  });

  test.each([
    ['none', { yearlyOn: null, externalOn: null }],
    ['an old one', { ...POLICY.audits, yearlyOn: '2020-01-01' }],
    ['one in the future', { ...POLICY.audits, externalOn: '2999-01-01' }],
  ])('without a valid audit (%s) it is not used', async (_name, audits) => {
    await use({ ...POLICY, audits });
    await engine.outcome(paid('1000000.00', LAST));
    await engine.replica.closing.closeDue();
    expect(await decide('50.00')).toEqual(['SCA_REQUIRED', null, ['TRA_AUDIT_OVERDUE']]);
  });

  test('a band that has ceased is not used, also at a good rate', async () => {
    await use(POLICY);
    const [first, second] = [quarterBefore(BEFORE), BEFORE];
    await engine.outcome(...[quarterBefore(first), first, second, LAST].map((quarter) => paid('1000000.00', quarter)), fraud('2000.00', first), fraud('2000.00', second));
    await engine.replica.closing.closeDue();
    expect(await states()).toEqual(['RECOVERABLE', 'RECOVERABLE', 'RECOVERABLE']);
    expect(await decide('50.00')).toEqual(['SCA_REQUIRED', null, ['TRA_CEASED_FOR_BAND']]);
  });
});
