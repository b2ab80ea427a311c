import type { OutboundRecord } from '@assent/contracts';
import { testDatabase } from '@assent/testing';
import { Client } from 'pg';
import { Database } from '../database';
import { LANES, PARKED_LANE } from './lane';
import { RefusedForGood, Relay, type RelayEvent } from './relay';

let test: Awaited<ReturnType<typeof testDatabase>>;
let database: Database;
const relays: Relay[] = [];

beforeAll(async () => {
  test = await testDatabase('auth-session');
  database = new Database({ url: test.serviceUrl, schema: test.schema, poolMax: 8, eventSource: '/services/auth-session', topology: { kafkaGateways: [] } });
});
afterAll(async () => {
  await database.end();
  await test.drop();
});
afterEach(async () => {
  await Promise.all(relays.splice(0).map((relay) => relay.stop()));
  await database.query('delete from outbox');
});

const message = (key: string, value: string): OutboundRecord => ({ topic: 'sca.session', key, headers: {}, value: Buffer.from(value) });
const write = (...messages: OutboundRecord[]): Promise<void> =>
  database.transaction((tx) => {
    for (const m of messages) tx.publishRecord(m);
    return Promise.resolve();
  });
const text = (record: OutboundRecord): string => `${record.key?.toString() ?? ''}=${record.value?.toString() ?? ''}`;

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('the condition was not met in 20 s');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function startRelay(publish: (records: readonly OutboundRecord[]) => Promise<void>, report: (event: RelayEvent) => void = () => undefined): Relay {
  const relay = new Relay({ url: test.serviceUrl, schema: test.schema, publish, report, pollMs: 50 });
  relays.push(relay);
  relay.start();
  return relay;
}
const outboxRows = async (): Promise<number> => (await database.query('select 1 from outbox')).rowCount;

describe('the relay', () => {
  it('publishes what is committed, in the order of each key, and leaves an empty table', async () => {
    const sent: string[] = [];
    startRelay((records) => {
      sent.push(...records.map(text));
      return Promise.resolve();
    });
    for (let i = 0; i < 30; i++) await write(message('a', String(i)), message('b', String(i)));
    await until(async () => (await outboxRows()) === 0);
    for (const key of ['a', 'b']) expect(sent.filter((s) => s.startsWith(key))).toEqual(Array.from({ length: 30 }, (_, i) => `${key}=${i}`));
  });

  it('given a row that becomes visible after later ones, does not step over it (a cursor would)', async () => {
    const sent: string[] = [];
    const late = new Client({ connectionString: test.serviceUrl, options: `-c search_path=${test.schema}` });
    await late.connect();
    await late.query('begin');
    await late.query(`insert into outbox (lane, topic, key, headers, value) values (3, 'sca.session', 'late', '[]', 'first')`);
    startRelay((records) => {
      sent.push(...records.map(text));
      return Promise.resolve();
    });
    await write(message('later', 'second'));
    await until(() => sent.includes('later=second'));
    await late.query('commit');
    await late.end();
    await until(() => sent.includes('late=first'));
  });

  it('given a publish that is not acknowledged, sends again and never forgets (no zombie record)', async () => {
    const attempts: string[][] = [];
    startRelay((records) => {
      attempts.push(records.map(text));
      return attempts.length < 3 ? Promise.reject(new Error('broker away')) : Promise.resolve();
    });
    await write(message('a', '1'));
    await until(async () => (await outboxRows()) === 0);
    expect(attempts).toEqual([['a=1'], ['a=1'], ['a=1']]);
  });

  it('given one message that the broker refuses for good, parks that one and publishes the rest', async () => {
    const sent: string[] = [];
    const parked: RelayEvent[] = [];
    const relay = startRelay(
      (records) => {
        if (records.some((r) => r.value?.toString() === 'bad')) return Promise.reject(new RefusedForGood('too large'));
        sent.push(...records.map(text));
        return Promise.resolve();
      },
      (event) => event.kind === 'parked' && parked.push(event),
    );
    await write(message('a', '1'), message('b', 'bad'), message('c', '1'), message('b', '2'));
    relay.wake();
    await until(() => sent.length === 3);
    expect([...sent].sort()).toEqual(['a=1', 'b=2', 'c=1']);
    expect(parked).toHaveLength(1);
    const { rows } = await database.query<{ lane: number }>('select lane from outbox');
    expect(rows).toEqual([{ lane: PARKED_LANE }]);
  });

  it('given several replicas, shares the lanes out, never sends a lane twice at once, and takes over from one that is cut off', async () => {
    const inFlight = new Map<string, number>();
    const sent: string[] = [];
    const held = [0, 0, 0];
    let overlaps = 0;
    const replica = (index: number): Relay =>
      startRelay(
        async (records) => {
          const keys = new Set(records.map((r) => r.key?.toString() ?? ''));
          for (const key of keys) if (inFlight.has(key)) overlaps += 1;
          for (const key of keys) inFlight.set(key, index);
          await new Promise((resolve) => setTimeout(resolve, 5));
          for (const key of keys) inFlight.delete(key);
          sent.push(...records.map(text));
        },
        (event) => event.kind === 'lanes' && (held[index] = event.held),
      );
    replica(0);
    await until(() => held[0] === LANES);
    replica(1);
    await until(() => held[0] === LANES / 2 && held[1] === LANES / 2);

    const keys = Array.from({ length: 64 }, (_, i) => `key-${i}`);
    for (let round = 0; round < 5; round++) await write(...keys.map((key) => message(key, String(round))));
    // Cut one replica's connection: its lanes are free at once, and it comes back for its share.
    const admin = new Client({ connectionString: test.url });
    await admin.connect();
    await admin.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'assent relay ${test.schema}' and datname = current_database() order by pid limit 1`);
    await admin.end();
    for (let round = 5; round < 10; round++) await write(...keys.map((key) => message(key, String(round))));

    await until(async () => (await outboxRows()) === 0);
    expect(overlaps).toBe(0);
    for (const key of keys) {
      const rounds = [...new Set(sent.filter((s) => s.startsWith(`${key}=`)).map((s) => Number(s.slice(key.length + 1))))];
      expect(rounds).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
  });
});
