import type { ScaRequestedV1 } from '@assent/contracts';
import { DEFAULT_POLICY } from '@assent/domain-exemption';
import { listSeries, listTrusted } from './payer-books';
import { type EngineUnderTest, newId, newInstrument, paying, request, revocationOf, startEngine, verdictOn } from '../engine-under-test.spec';

const POLICY = {
  id: 'all', version: 0, profile: 'EU', consider: ['EX13', 'EX14', 'EX15', 'EX17', 'EX18', 'EX16'], considerDirectAccess: true,
  assume: { channel: 'remote', initiator: 'payer', applicant: 'payer_psp' }, settings: DEFAULT_POLICY.settings, localThresholds: {}, resetsCounters: ['SCA'],
};
const SHOP = { account: 'ES91 2100 0418 4502 0005 1332', name: 'Shop' };
const OTHER = { account: 'DE89370400440532013000', name: 'Other' };
const MONITORED = { monitoring: { available: true } };

let engine: EngineUnderTest;
beforeAll(async () => {
  engine = await startEngine();
  for (const namespace of ['shop', 'other']) {
    const draft = await engine.replica.policyBook.draft(POLICY, { namespace, keyId: 'test' });
    if (!draft.ok) throw new Error(draft.error.detail);
    await engine.replica.policyBook.publish(draft.value.version, 'test', { namespace, keyId: 'test' });
  }
});
afterAll(() => engine.close());

const newPayer = (): string => `payer-${newId()}`;
const asking = (action: ScaRequestedV1['action'], payerId: string, more: Partial<ScaRequestedV1> = {}) =>
  request({ authenticationId: newId(), action, payer: { id: payerId }, ...more });
const approve = async (event: ReturnType<typeof request>, assurance: 'SCA' | 'SINGLE_FACTOR' = 'SCA') => {
  await engine.requested([event]);
  await engine.verdict(verdictOn(event, 'APPROVED', assurance));
  return event;
};
const decisionOn = async (event: ReturnType<typeof request>) => {
  await engine.requested([event]);
  return (await engine.published(event.key)).at(-1)!.body;
};
const payment = (payerId: string, amount: string, payee = SHOP, more: Partial<ScaRequestedV1> = {}) =>
  request(paying(amount, newInstrument(), { payer: { id: payerId, instrumentId: newInstrument() }, payment: { amount, currency: 'EUR', payee }, facts: MONITORED, ...more }));
const trust = (payerId: string, payee = SHOP) => asking('trusted_list_create', payerId, { payment: { payee } });
const series = (payerId: string, id: string, amount: string, payee = SHOP, action: 'series_create' | 'series_amend' = 'series_create') =>
  asking(action, payerId, { payment: { amount, currency: 'EUR', payee }, facts: { series: { id } } });
const inSeries = (payerId: string, id: string, amount: string, payee = SHOP) => payment(payerId, amount, payee, { facts: { ...MONITORED, series: { id } } });

describe('a trusted payee', () => {
  test('given an approval for exactly this payee, then payments to it are exempt, whatever the amount and the writing of the account', async () => {
    const payer = newPayer();
    await approve(trust(payer));
    const decided = await decisionOn(payment(payer, '4000.00', { account: 'ES9121000418450200051332', name: 'Anything' }));
    expect(decided).toMatchObject({ decision: 'EXEMPT', exemption: 'EX13', policy: { id: 'all', version: 2 } });
    expect(await decisionOn(payment(payer, '4000.00', OTHER))).toMatchObject({ decision: 'SCA_REQUIRED' });
    expect(await decisionOn(payment(newPayer(), '4000.00'))).toMatchObject({ decision: 'SCA_REQUIRED' });
  });

  test.each(['DECLINED', 'EXPIRED', 'CANCELLED', 'UNAVAILABLE'] as const)('given the verdict %s, then there is no entry', async (outcome) => {
    const payer = newPayer();
    const event = trust(payer);
    await engine.requested([event]);
    await engine.verdict(verdictOn(event, outcome));
    expect(await listTrusted(engine.owner, 'shop', payer)).toEqual([]);
  });

  test('one factor makes an entry that exempts nothing, and says why', async () => {
    const payer = newPayer();
    await approve(trust(payer), 'SINGLE_FACTOR');
    const decided = await decisionOn(payment(payer, '400.00'));
    expect(decided.rules.find(({ rule }) => rule === 'EX13')?.reasons).toEqual(['LIST_ENTRY_WITHOUT_SCA']);
    expect((await listTrusted(engine.owner, 'shop', payer)).map(({ strongAuthentication }) => strongAuthentication)).toEqual([false]);
  });

  test.each(['before the request', 'twice'])('an approval that comes %s has its effect once', async (when) => {
    const payer = newPayer();
    const event = trust(payer);
    if (when === 'twice') await engine.requested([event]);
    await engine.verdict(verdictOn(event, 'APPROVED', 'SCA'));
    if (when === 'twice') await engine.verdict(verdictOn(event, 'APPROVED', 'SCA'));
    else await engine.requested([event]);
    expect(await listTrusted(engine.owner, 'shop', payer)).toMatchObject([{ account: 'ES9121000418450200051332', approvedBy: event.key }]);
    const told = (await engine.compliance('shop')).filter(({ data }) => data['authenticationId'] === event.body.authenticationId);
    expect(told.map(({ kind }) => kind)).toEqual(['TRUSTED_PAYEE_CHANGED']);
    expect(JSON.stringify(told)).not.toMatch(new RegExp(`ES91|${payer}`));
  });

  test.each(['after', 'before'])('an approval that is overturned %s it is known exempts nothing any more', async (when) => {
    const payer = newPayer();
    const event = trust(payer);
    await engine.requested([event]);
    if (when === 'before') await engine.revoked(revocationOf(event));
    await engine.verdict(verdictOn(event, 'APPROVED', 'SCA'));
    if (when === 'after') await engine.revoked(revocationOf(event));
    expect((await decisionOn(payment(payer, '400.00'))).rules.find(({ rule }) => rule === 'EX13')?.reasons).toEqual(['LIST_ENTRY_WITHOUT_SCA']);
  });

  test('a batch is exempt only if all its payees are on the list', async () => {
    const payer = newPayer();
    await approve(trust(payer));
    const batch = (payees: { account: string; name: string; amount: string }[]) =>
      request(paying('300.00', newInstrument(), { payer: { id: payer }, payment: { amount: '300.00', currency: 'EUR', kind: 'batch', payees }, facts: MONITORED }));
    expect(await decisionOn(batch([{ ...SHOP, amount: '100.00' }, { ...OTHER, amount: '200.00' }]))).toMatchObject({ decision: 'SCA_REQUIRED' });
    await approve(trust(payer, OTHER));
    expect(await decisionOn(batch([{ ...SHOP, amount: '100.00' }, { ...OTHER, amount: '200.00' }]))).toMatchObject({ exemption: 'EX13' });
  });

  test('lists are per namespace', async () => {
    const payer = newPayer();
    await approve(trust(payer));
    const elsewhere = request(payment(payer, '400.00').body, { gatewayId: 'other' });
    expect(await decisionOn(elsewhere)).toMatchObject({ decision: 'SCA_REQUIRED' });
  });
});

describe('a series', () => {
  test('given set-up and first payment by strong authentication, then the same amount to the same payee is exempt', async () => {
    const payer = newPayer();
    await approve(series(payer, 'gym', '49.90'));
    const first = inSeries(payer, 'gym', '49.90');
    expect((await decisionOn(first)).rules.find(({ rule }) => rule === 'EX14')?.reasons).toEqual(['SERIES_FIRST_PAYMENT', 'SERIES_SETUP_WITHOUT_SCA']);
    await engine.verdict(verdictOn(first, 'APPROVED', 'SCA'));
    expect(await decisionOn(inSeries(payer, 'gym', '49.90'))).toMatchObject({ decision: 'EXEMPT', exemption: 'EX14' });
    const reasons = async (event: ReturnType<typeof request>) => (await decisionOn(event)).rules.find(({ rule }) => rule === 'EX14')?.reasons;
    expect(await reasons(inSeries(payer, 'gym', '49.91'))).toEqual(['SERIES_AMOUNT_DIFFERS']);
    expect(await reasons(inSeries(payer, 'gym', '49.90', OTHER))).toEqual(['SERIES_PAYEE_DIFFERS']);
    expect(await reasons(inSeries(payer, 'other', '49.90'))).toEqual(['NOT_A_SERIES']);
    expect(await reasons(payment(payer, '49.90'))).toEqual(['NOT_A_SERIES']);
  });

  test('an approved payment of another amount is not its first payment', async () => {
    const payer = newPayer();
    await approve(series(payer, 'gym', '49.90'));
    await approve(inSeries(payer, 'gym', '60.00'));
    expect(await listSeries(engine.owner, 'shop', payer)).toMatchObject([{ seriesId: 'gym', amountMinor: 4990n, firstPaidBy: null }]);
  });

  test('a change needs an approval for exactly the new amount, and nothing that is not there can be changed', async () => {
    const payer = newPayer();
    await approve(series(payer, 'gym', '49.90'));
    await approve(inSeries(payer, 'gym', '49.90'));
    const declined = series(payer, 'gym', '99.90', SHOP, 'series_amend');
    await engine.requested([declined]);
    await engine.verdict(verdictOn(declined, 'DECLINED'));
    expect((await decisionOn(inSeries(payer, 'gym', '99.90'))).decision).toBe('SCA_REQUIRED');
    await approve(series(payer, 'gym', '99.90', SHOP, 'series_amend'));
    expect(await decisionOn(inSeries(payer, 'gym', '99.90'))).toMatchObject({ exemption: 'EX14' });
    await approve(series(payer, 'nothing', '1.00', SHOP, 'series_amend'));
    expect((await listSeries(engine.owner, 'shop', payer)).map(({ seriesId }) => seriesId)).toEqual(['gym']);
    const kinds = (await engine.compliance('shop')).filter(({ data }) => data['seriesId'] === 'gym').map(({ data }) => data['change']);
    expect(kinds.slice(-2)).toEqual(['CREATED', 'AMENDED']);
  });
});

describe('access to accounts', () => {
  const look = (payerId: string, access: object) =>
    asking('account_access', payerId, { facts: { ...MONITORED, access: { via: 'direct', items: ['balance'], sensitive: false, suspectedFraud: false, ...access } } });
  const age = (payerId: string, days: number) =>
    engine.owner.query('UPDATE access_authentication SET authenticated_at = clock_timestamp() - make_interval(days => $2) WHERE payer_id = $1', [payerId, days]);

  test.each([
    ['the gateway says 181', 1, 181, 'SCA_REQUIRED'],
    ['we saw it 181 days ago, the gateway says 1', 181, 1, 'SCA_REQUIRED'],
    ['both are young', 180, 180, 'EXEMPT'],
  ])('the stricter of both counts: %s', async (_name, own, told, decision) => {
    const payer = newPayer();
    await approve(asking('login', payer));
    await age(payer, own);
    expect((await decisionOn(look(payer, { first: false, daysSinceSca: told }))).decision).toBe(decision);
  });

  test('where the gateway says nothing, what we have seen counts', async () => {
    const payer = newPayer();
    expect((await decisionOn(look(payer, {}))).decision).toBe('SCA_REQUIRED');
    await approve(look(payer, {}));
    expect(await decisionOn(look(payer, {}))).toMatchObject({ decision: 'EXEMPT', exemption: 'EX10' });
    expect((await decisionOn(look(payer, { first: true }))).reasons).toEqual(['ACCESS_FIRST_TIME']);
  });

  test('one factor is no strong authentication, and an overturned approval none any more', async () => {
    const [weak, overturned] = [newPayer(), newPayer()];
    await approve(asking('login', weak), 'SINGLE_FACTOR');
    expect((await decisionOn(look(weak, {}))).decision).toBe('SCA_REQUIRED');
    await engine.revoked(revocationOf(await approve(asking('login', overturned))));
    expect((await decisionOn(look(overturned, {}))).decision).toBe('SCA_REQUIRED');
  });
});

describe('after a soft decline', () => {
  const retryOf = (earlier: ReturnType<typeof request>, code = '65', more: Partial<ScaRequestedV1> = {}) =>
    request(paying('12.00', newInstrument(), { retryOf: { authenticationId: earlier.body.authenticationId, softDeclineCode: code }, ...more }));
  const actionOn = async (event: ReturnType<typeof request>) => {
    const { decision, reasons, transport } = await decisionOn(event);
    return [decision, reasons, (transport?.['softDecline'] as { action: string } | null)?.action];
  };

  test('an exempt payment is tried once again with a challenge, and never a second time', async () => {
    const first = request(paying('12.00', newInstrument()));
    expect((await decisionOn(first)).decision).toBe('EXEMPT');
    const retry = retryOf(first);
    expect(await actionOn(retry)).toEqual(['SCA_REQUIRED', ['SOFT_DECLINE_RETRY'], 'RETRY_WITH_CHALLENGE']);
    expect(await actionOn(retryOf(first))).toEqual(['SCA_REQUIRED', ['SOFT_DECLINE_RETRY', 'SOFT_DECLINE_FINAL'], 'TREAT_AS_HARD_DECLINE']);
    expect(await actionOn(retryOf(retry))).toEqual(['SCA_REQUIRED', ['SOFT_DECLINE_RETRY', 'SOFT_DECLINE_FINAL'], 'TREAT_AS_HARD_DECLINE']);
  });

  test('two retries of one payment in one batch: only one has the claim', async () => {
    const first = request(paying('12.00', newInstrument()));
    const retries = [retryOf(first), retryOf(first)];
    await engine.requested([first, ...retries]);
    const actions = await Promise.all(retries.map(async ({ key }) => (await engine.published(key)).at(-1)!.body.transport?.['softDecline'] as { action: string }));
    expect(actions.map(({ action }) => action).sort()).toEqual(['RETRY_WITH_CHALLENGE', 'TREAT_AS_HARD_DECLINE']);
  });

  test('what was authenticated is a hard decline', async () => {
    const approved = await approve(payment(newPayer(), '400.00'));
    expect((await actionOn(retryOf(approved)))[2]).toBe('TREAT_AS_HARD_DECLINE');
  });

  test('what the payee initiated brings the payer back first', async () => {
    const first = request(paying('12.00', newInstrument(), { facts: { initiator: 'payee' } }));
    expect((await decisionOn(first)).decision).toBe('OUT_OF_SCOPE');
    expect(await actionOn(retryOf(first, '65', { facts: { initiator: 'payee' } }))).toEqual([
      'SCA_REQUIRED', ['SOFT_DECLINE_RETRY', 'PAYEE_INITIATED'], 'DO_NOT_RETRY_CONTACT_PAYER',
    ]);
  });
});
