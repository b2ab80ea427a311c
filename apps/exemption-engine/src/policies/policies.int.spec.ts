import { DEFAULT_POLICY } from '@assent/domain-exemption';
import { API_KEY, type EngineUnderTest, newInstrument, paying, request, startEngine } from '../engine-under-test.spec';
import { type AppUnderTest, startApp } from '../http/app-under-test.spec';

const KEY = `${API_KEY}-policies`;
const FILE = {
  id: 'own', profile: 'EU', consider: ['EX15', 'EX16'], considerDirectAccess: false, assume: { channel: 'remote', initiator: 'payer', applicant: 'payer_psp' },
  settings: DEFAULT_POLICY.settings, localThresholds: {}, resetsCounters: ['SCA'], houseLimits: { EX16: '10.00' },
};

let engine: EngineUnderTest;
let app: AppUnderTest;
beforeAll(async () => {
  engine = await startEngine();
  app = await startApp(engine);
});
// Version 2 is the same file in every test, since versions are kept in memory: they never change.
beforeEach(() => engine.owner.query('TRUNCATE policy_version, policy_current, policy_change, outbox'));
afterAll(async () => {
  await app.close();
  await engine.close();
});

const post = (path: string, payload: unknown, key = KEY) => app.call('POST', `/v1/policies${path}`, { payload, key });
const list = async () => ((await app.call('GET', '/v1/policies', { key: KEY })).body as unknown as { versions: { version: number; current: boolean; publishedAt: string | null }[] }).versions;
const decided = async (amount: string, gatewayId = 'shop') => {
  const event = request(paying(amount, newInstrument()), { gatewayId });
  await engine.requested([event]);
  const { decision, policy, reasons } = (await engine.published(event.key)).at(-1)!.body;
  return [decision, policy, reasons];
};

test('a draft holds nothing until it is published; then every decision names it, of this namespace alone', async () => {
  expect(await post('', FILE)).toMatchObject({ status: 201, body: { version: 2, previousVersion: 1 } });
  expect(await decided('20.00')).toMatchObject({ 0: 'EXEMPT', 1: { id: 'default', version: 1 } });
  expect(await post('/2/publish', { reason: 'tighter' })).toMatchObject({ status: 200, body: { version: 2, previousVersion: 1 } });
  expect(await decided('20.00')).toEqual(['SCA_REQUIRED', { id: 'own', version: 2 }, expect.arrayContaining(['AMOUNT_OVER_HOUSE_LIMIT'])]);
  expect(await decided('20.00', 'cards')).toMatchObject({ 0: 'SCA_REQUIRED', 1: { version: 2 } });
  expect(await decided('20.00', 'other')).toMatchObject({ 0: 'EXEMPT', 1: { version: 1 } });
  const [told] = await engine.compliance('shop');
  expect(told).toMatchObject({ kind: 'POLICY_PUBLISHED', data: { version: 2, previousVersion: 1, reason: 'tighter', changedBy: 'shop-policies' } });
});

test('a version rolls back with no restart, and forth, and each change is told', async () => {
  await post('', FILE);
  await post('/2/publish', { reason: 'a' });
  expect(await post('/rollback', { reason: 'b' })).toMatchObject({ status: 200, body: { version: 1, previousVersion: 2 } });
  expect(await decided('20.00')).toMatchObject({ 0: 'EXEMPT', 1: { version: 1 } });
  expect(await post('/rollback', { reason: 'c', toVersion: 2 })).toMatchObject({ status: 200, body: { version: 2 } });
  expect((await engine.compliance('shop')).map(({ kind }) => kind)).toEqual(['POLICY_PUBLISHED', 'POLICY_ROLLED_BACK', 'POLICY_ROLLED_BACK']);
  expect(await list()).toMatchObject([{ version: 2, current: true, publishedAt: expect.stringMatching(/Z$/) as unknown }, { version: 1, current: false }]);
});

test.each([
  ['a draft with a switch that nobody knows', '', { ...FILE, concider: [] }, 400, 'POLICY_INVALID'],
  ['a list', '', [], 400, 'POLICY_INVALID'],
  ['counters spent before what is free', '', { ...FILE, consider: ['EX16', 'EX15'] }, 400, 'POLICY_INVALID'],
  ['a version that is not there', '/9/publish', { reason: 'x' }, 404, 'POLICY_UNKNOWN'],
  ['the version that holds', '/1/publish', { reason: 'x' }, 409, 'POLICY_CURRENT'],
  ['a rollback before any change', '/rollback', { reason: 'x' }, 409, 'POLICY_NEVER_PUBLISHED'],
  ['a rollback to a draft', '/rollback', { reason: 'x', toVersion: 2 }, 409, 'POLICY_NEVER_PUBLISHED'],
  ['no reason', '/1/publish', {}, 400, 'REQUEST_INVALID'],
])('%s is refused, and nothing changes', async (_name, path, payload, status, code) => {
  await post('', FILE);
  expect(await post(path, payload)).toMatchObject({ status, body: { code } });
  expect((await list()).map(({ version, current }) => [version, current])).toEqual([[2, false], [1, true]]);
  expect(await engine.compliance('shop')).toEqual([]);
});

test('a dry run uses the version that is named, draft or not', async () => {
  await post('', FILE);
  const ask = { amount: { value: '10.01', currency: 'EUR' } };
  expect((await post('/2/explain', ask)).body).toMatchObject({ decision: 'SCA_REQUIRED', consider: ['EX15', 'EX16'] });
  expect((await post('/1/explain', ask)).body).toMatchObject({ decision: 'EXEMPT' });
  expect(await post('/3/explain', ask)).toMatchObject({ status: 404 });
  expect(await post('/2/explain', { profile: 'UK_2021' })).toMatchObject({ status: 400, body: { errors: [{ field: 'profile' }] } });
});

test('needs the scopes, and shows nobody another namespace', async () => {
  expect((await post('', FILE, API_KEY)).status).toBe(403);
  expect((await app.call('GET', '/v1/policies')).status).toBe(403);
  await post('', FILE);
  expect((await app.call('GET', '/v1/policies/2', { key: KEY })).body).toEqual({ ...FILE, version: 2 });
  expect((await app.call('GET', '/v1/policies/1', { key: KEY })).status).toBe(404);
});

test('a published version cannot be changed, not even by the service', async () => {
  await post('', FILE);
  await post('/2/publish', { reason: 'a' });
  const { database } = engine.replica;
  await expect(database.query(`UPDATE policy_version SET body = '{}' WHERE version = 2`)).rejects.toThrow('never changes');
  await expect(database.query('DELETE FROM policy_version WHERE version = 2')).rejects.toThrow('never changes');
});

test('drafts and publications that race keep one order: no version twice, one that holds, one event for each change', async () => {
  const drafts = await Promise.all(Array.from({ length: 8 }, () => post('', FILE)));
  expect(drafts.map(({ body }) => body['version'] as unknown as number).sort((a, b) => a - b)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
  const published = await Promise.all([2, 3, 4, 5, 6].map((version) => post(`/${version}/publish`, { reason: 'race' })));
  expect(published.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  const told = await engine.compliance('shop');
  const chain = told.map(({ data }) => [data['previousVersion'], data['version']] as [number, number]);
  expect(chain[0]![0]).toBe(1);
  chain.slice(1).forEach(([previous], i) => expect(previous).toBe(chain[i]![1]));
  expect((await list()).filter(({ current }) => current).map(({ version }) => version)).toEqual([chain.at(-1)![1]]);
});
