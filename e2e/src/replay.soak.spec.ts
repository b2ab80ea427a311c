import path from 'node:path';
import { inWorkspace, schemaOf, SERVICES, startStack } from '@assent/infra';
import { Kafka, logLevel } from 'kafkajs';
import { Client } from 'pg';
import { Flow } from './flow';
import { payment, paymentOf } from './gateway';
import { waitFor } from './wait-for';

/** What remembers messages, not effects: an inbox may learn nothing new either, but its bookkeeping may come and go. */
const BOOKKEEPING = ['outbox', 'inbox_attempt', '_prisma_migrations'];
const GROUPS = ['auth-session', 'exemption-engine', 'audit-ledger'] as const;

let flow: Flow;
let kafka: Kafka;
let database: Client;
beforeAll(async () => {
  // Engines of its own: what is read again from the first message on is this test's alone.
  const stack = await startStack({
    stateDir: path.join(inWorkspace('.assent'), 'replay'),
    quiet: true,
    env: { 'auth-session': { ALLOW_SINGLE_FACTOR: 'true' } },
    environment: { PATH: process.env['PATH'], HOME: process.env['HOME'], JAVA_HOME: process.env['JAVA_HOME'], ASSENT_ENGINES: 'local' },
  });
  flow = await Flow.open(stack);
  kafka = new Kafka({ clientId: 'replay', brokers: [...stack.stack.kafka.brokers], logLevel: logLevel.NOTHING });
  database = new Client({ connectionString: stack.stack.postgres.url });
  await database.connect();
}, 240_000);
afterAll(async () => {
  await database.end();
  await flow.close();
}, 90_000);

/** Rows and content of every table in which a message has an effect. */
async function effects(): Promise<Record<string, string>> {
  const { rows } = await database.query<{ name: string }>(
    `select table_schema || '.' || table_name as name from information_schema.tables
     where table_schema = any($1) and table_type = 'BASE TABLE' and not table_name = any($2) order by 1`,
    [SERVICES.map(schemaOf), BOOKKEEPING],
  );
  const found: Record<string, string> = {};
  for (const { name } of rows) {
    const { rows: digests } = await database.query<{ digest: string }>(`select count(*) || ' rows ' || coalesce(md5(string_agg(row::text, ',' order by row::text)), '') as digest from ${name} as row`);
    found[name] = digests[0]?.digest ?? '';
  }
  return found;
}

const outboxRows = async (): Promise<number> => {
  const each = SERVICES.map((service) => `select count(*) as rows from ${schemaOf(service)}.outbox`);
  const { rows } = await database.query<{ count: number }>(`select sum(rows)::int as count from (${each.join(' union all ')}) as outboxes`);
  return rows[0]?.count ?? 0;
};

/** Where every topic of ours ends, and where each group stands. */
async function ends(): Promise<Record<string, string>> {
  const admin = kafka.admin();
  await admin.connect();
  const topics = (await admin.listTopics()).filter((topic) => !topic.startsWith('__'));
  const found: Record<string, string> = {};
  for (const topic of topics) for (const { partition, high } of await admin.fetchTopicOffsets(topic)) found[`${topic}/${partition}`] = high;
  await admin.disconnect();
  return found;
}

async function groupTopics(groupId: string): Promise<{ topic: string; partitions: { partition: number; offset: string }[] }[]> {
  const admin = kafka.admin();
  await admin.connect();
  const offsets = await admin.fetchOffsets({ groupId });
  await admin.disconnect();
  return offsets;
}

/** Whether every group has read to the end, which moves no more. */
async function hasReadAll(): Promise<boolean> {
  const at = await ends();
  for (const groupId of GROUPS) {
    for (const { topic, partitions } of await groupTopics(groupId)) {
      for (const { partition, offset } of partitions) if (at[`${topic}/${partition}`] !== '0' && BigInt(offset) < BigInt(at[`${topic}/${partition}`] ?? '0')) return false;
    }
  }
  return true;
}

async function fromTheBeginning(): Promise<number> {
  const admin = kafka.admin();
  await admin.connect();
  let messages = 0;
  for (const groupId of GROUPS) {
    for (const { topic, partitions } of await groupTopics(groupId)) {
      messages += partitions.reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
      await admin.resetOffsets({ groupId, topic, earliest: true });
    }
  }
  await admin.disconnect();
  return messages;
}

describe('all topics, read again from their first message by every group', () => {
  it('have no effect: no row is new or other, no message is sent', async () => {
    for (let i = 0; i < 10; i++) await flow.verdict(await flow.publish(payment(paymentOf('2.00'))));
    const request = payment();
    const approved = await flow.approved(request);
    expect(approved).toMatchObject({ outcome: 'APPROVED' });
    await flow.gateway.redeem(String(request['authenticationId']), String(approved['authenticationCode']));
    const declined = await flow.publish(payment());
    await flow.sandbox.finish((await flow.confirmed(declined)).vendorSessionId, 'decline_liveness_attack');
    await flow.verdict(declined);
    await flow.gateway.publish(payment(), { value: Buffer.from('not json') });
    await waitFor('everything to be read and sent', async () => (await outboxRows()) === 0 && (await hasReadAll()), 60_000);

    await Promise.all(GROUPS.map((service) => flow.stack.stopService(service)));
    const before = { effects: await effects(), ends: await ends() };
    expect(await fromTheBeginning()).toBeGreaterThan(50);
    expect(await hasReadAll()).toBe(false);
    await Promise.all(GROUPS.map((service) => flow.stack.restart(service)));
    await waitFor('everything to be read again', hasReadAll, 60_000);
    expect(await outboxRows()).toBe(0);
    expect({ effects: await effects(), ends: await ends() }).toEqual(before);
  }, 240_000);
});
