import { randomBytes, randomUUID } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type EventType, EVENT_EXAMPLES, EVENT_TYPES, exampleRecord, type RawRecord } from '@assent/contracts';
import { hashFromBase64, leafHash } from '@assent/domain-ledger';
import { KafkaBatchServer, kafkaClient } from '@assent/kafka';
import { createService, GatewayRegistry } from '@assent/platform';
import { isInfrastructureError } from '@assent/postgres';
import { testKafka } from '@assent/testing';
import type { Consumer, Producer } from 'kafkajs';
import { AppModule } from './app.module';
import { configFor, LedgerUnderTest } from './ledger-under-test.spec';

/** The topics are the contract's own and may carry other tests' messages: this gateway and these ids are ours alone. */
const gateway = `t-${randomBytes(5).toString('hex')}`;
const logId = `log-${randomBytes(5).toString('hex')}`;
const group = `${gateway}-audit-ledger`;
const kafka = testKafka();
const client = kafkaClient({ brokers: kafka.brokers, clientId: gateway, log: () => undefined });
const gateways = GatewayRegistry.parse(JSON.stringify({ gateways: [{ id: gateway, kafka: true, returnOrigins: [], apiKeys: [] }] }));

let ledger: LedgerUnderTest;
let producer: Producer;
let watcher: Consumer;
const replicas: NestFastifyApplication[] = [];
const entries: { index: number; leaf: string; leafHash: string }[] = [];
const checkpoints: number[] = [];

async function startReplica(): Promise<NestFastifyApplication> {
  const config = configFor(ledger.serviceUrl, { LEDGER_LOG_ID: logId, CHECKPOINT_INTERVAL_MS: '500' });
  const app = await createService({
    name: 'audit-ledger',
    module: AppModule.with(config, gateways, { groupId: group }),
    config,
    gateways,
    strategy: (built) => built.get(KafkaBatchServer),
    isInfrastructureError,
    swagger: { title: 'ledger', description: 'under test' },
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  await app.startAllMicroservices();
  replicas.push(app);
  return app;
}

/** What a gateway or a service of ours would send: the example of a type, under this test's gateway. */
function messageOf(type: EventType, authentication: string, headers: Record<string, string> = {}): RawRecord {
  const text = JSON.stringify(EVENT_EXAMPLES[type]).replaceAll('"demo"', `"${gateway}"`).replaceAll(EVENT_EXAMPLES['sca.requested.v1'].authenticationId, authentication);
  const source = type === 'sca.requested.v1' || type === 'payment.outcome.v1' ? { ce_source: `/gateways/${gateway}` } : {};
  const key = { 'didit.event.v1': randomUUID(), 'compliance.event.v1': gateway, 'payment.outcome.v1': `${gateway}:${EVENT_EXAMPLES['payment.outcome.v1'].instrumentId}` }[type as string] ?? `${gateway}:${authentication}`;
  return exampleRecord(type, { key, value: Buffer.from(text), headers: { ce_id: randomUUID(), ...source, ...headers } });
}

const send = (...records: readonly RawRecord[]): Promise<unknown> =>
  producer.sendBatch({ acks: -1, topicMessages: records.map(({ topic, key, value, headers }) => ({ topic, messages: [{ key, value, headers }] })) });

async function eventually<T>(read: () => Promise<T> | T, holds: (value: T) => boolean): Promise<T> {
  for (const deadline = Date.now() + 40_000; ; ) {
    const value = await read();
    if (holds(value)) return value;
    if (Date.now() > deadline) throw new Error(`not within 40 s: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const ours = (): Promise<{ leaf_index: string; leaf: string }[]> => ledger.rows('select leaf_index, leaf from leaf where gateway = $1 order by leaf_index', [gateway]);

beforeAll(async () => {
  ledger = await LedgerUnderTest.create();
  await kafka.createContractTopics(gateways.topology);
  producer = client.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  watcher = client.consumer({ groupId: `${gateway}-watcher` });
  await watcher.connect();
  await watcher.subscribe({ topics: ['audit.entry', 'audit.checkpoint'], fromBeginning: true });
  await watcher.run({
    eachMessage: ({ topic, message }) => {
      if (message.key?.toString() !== logId) return Promise.resolve();
      const body = JSON.parse(message.value!.toString()) as { index: number; leaf: string; leafHash: string; size: number };
      if (topic === 'audit.entry') entries.push(body);
      else checkpoints.push(body.size);
      return Promise.resolve();
    },
  });
  await startReplica();
}, 120_000);

afterAll(async () => {
  for (const app of replicas) await app.close();
  await watcher.disconnect();
  await producer.disconnect();
  await ledger.drop();
}, 60_000);

it('records every topic of the contract but its own, and publishes entries and checkpoints', async () => {
  const id = `auth-${randomBytes(6).toString('hex')}`;
  const types = EVENT_TYPES.filter((type) => !type.startsWith('audit.'));
  const messages = types.map((type) => messageOf(type, id));
  await send(...messages);
  const ids = new Set(messages.map(({ headers }) => headers['ce_id']!.toString()));
  const recorded = await eventually(
    async () => (await ledger.rows<{ leaf: string }>('select leaf from leaf')).map(({ leaf }) => JSON.parse(leaf) as { id: string; type: string }).filter((leaf) => ids.has(leaf.id)),
    (leaves) => leaves.length >= types.length,
  );
  expect(recorded.map(({ type }) => type).sort()).toEqual([...types].sort());

  const size = (await ledger.rows<{ size: string }>('select size from log_head')).map((row) => Number(row.size))[0]!;
  await eventually(() => entries.length, (count) => count >= size);
  await eventually(() => checkpoints.at(-1) ?? 0, (signed) => signed >= size);
  entries.slice(0, size).forEach(({ index, leaf, leafHash: hash }, i) => expect([index, hashFromBase64(hash)]).toEqual([i, leafHash(leaf)]));
}, 90_000);

it('gives a redelivered message no second leaf, and skips what has no usable envelope', async () => {
  const id = `auth-${randomBytes(6).toString('hex')}`;
  const message = messageOf('sca.verdict.v1', id);
  await send(message, message, message);
  await send(messageOf('sca.verdict.v1', id, { ce_source: '/gateways/nobody' }), { ...messageOf('sca.verdict.v1', id), headers: {} }, { ...messageOf('sca.verdict.v1', id), value: null });
  await send(message);
  const last = messageOf('sca.verdict.v1', id);
  await send(last);
  const leaves = await eventually(
    async () => (await ours()).map(({ leaf }) => JSON.parse(leaf) as { id: string; authentication: string }).filter(({ authentication }) => authentication === id),
    (found) => found.some((leaf) => leaf.id === last.headers['ce_id']!.toString()),
  );
  expect(leaves.map((leaf) => leaf.id)).toEqual([message, last].map(({ headers }) => headers['ce_id']!.toString()));
}, 60_000);

it('has one gapless log with two replicas, one of which goes away', async () => {
  const second = await startReplica();
  const id = `auth-${randomBytes(6).toString('hex')}`;
  const count = 300;
  for (let sent = 0; sent < count; sent += 50) {
    await send(...Array.from({ length: 50 }, (_, i) => messageOf('sca.evidence.v1', `${id}-${sent + i}`)));
    if (sent === 150) {
      await second.close();
      replicas.splice(replicas.indexOf(second), 1);
    }
  }
  await eventually(async () => (await ours()).filter(({ leaf }) => leaf.includes(`"${id}-`)).length, (found) => found >= count);
  const rows = await ledger.rows<{ leaf_index: string }>('select leaf_index from leaf order by leaf_index');
  expect(rows.map(({ leaf_index }) => Number(leaf_index))).toEqual(rows.map((_, i) => i));
  const recorded = (await ours()).map(({ leaf }) => JSON.parse(leaf) as { id: string });
  expect(new Set(recorded.map((leaf) => leaf.id)).size).toBe(recorded.length);
}, 120_000);

it('is ready, and counts what it appended', async () => {
  const app = replicas[0]!;
  const ready = await eventually(() => app.inject({ method: 'GET', url: '/health/ready' }), ({ statusCode }) => statusCode === 200);
  expect(ready.statusCode).toBe(200);
  const text = (await app.inject({ method: 'GET', url: '/metrics' })).body;
  expect(text).toMatch(/ledger_leaves_total\{[^}]*type="sca\.evidence\.v1"[^}]*\} \d+/);
  expect(text).toMatch(/ledger_inconsistent\{[^}]*\} 0/);
}, 60_000);
