import { metrics } from '@assent/platform';
import { Database, Relay, type Sql } from '@assent/postgres';
import { testDatabase } from '@assent/testing';
import { OutboxGauges } from './outbox-gauges';

let test: Awaited<ReturnType<typeof testDatabase>>;
let database: Database;

beforeAll(async () => {
  test = await testDatabase('exemption-engine');
  database = new Database({ url: test.serviceUrl, schema: test.schema, poolMax: 4, eventSource: '/services/exemption-engine', topology: { kafkaGateways: ['demo'] } });
});
afterAll(async () => {
  await database.end();
  await test.drop();
});

/** The outbox's lines of a scrape that comes after the last one has grown old. */
async function scraped(sql: Sql = database): Promise<string[]> {
  await new OutboxGauges(sql, test.schema).refresh();
  return (await metrics.text()).split('\n').filter((line) => /^assent_(outbox_oldest_seconds|replicas)\b/.test(line));
}
const secondsOf = (lines: readonly string[], lane: string): number => Number(lines.find((line) => line.includes(`lane="${lane}"`))?.split(' ').at(-1));

describe('what waits in the outbox', () => {
  it('given rows in some lanes, tells the age of the oldest of each, 0 of the others, and parked ones apart', async () => {
    const insert = `insert into outbox (lane, topic, key, headers, value, created_at) values ($1, 'sca.decided', 'demo:a', '[]', '{}', clock_timestamp() - $2::float8 * interval '1 second')`;
    for (const [lane, age] of [[3, 90], [3, 10], [-1, 3600]]) await database.query(insert, [lane, age]);
    const lines = await scraped();
    expect(secondsOf(lines, '3')).toBeGreaterThanOrEqual(90);
    expect(secondsOf(lines, '3')).toBeLessThan(120);
    expect(secondsOf(lines, '4')).toBe(0);
    expect(secondsOf(lines, 'parked')).toBeGreaterThanOrEqual(3600);
    expect(lines.filter((line) => line.startsWith('assent_outbox'))).toHaveLength(17);
    await database.query('delete from outbox');
  });

  it('given relays of two replicas, counts two; given none, none', async () => {
    const relays = [0, 1].map(() => new Relay({ url: test.serviceUrl, schema: test.schema, publish: () => Promise.resolve(), report: () => undefined }));
    for (const relay of relays) relay.start();
    try {
      const deadline = Date.now() + 20_000;
      while (!(await scraped()).includes('assent_replicas 2')) if (Date.now() > deadline) throw new Error('two replicas were never seen');
    } finally {
      for (const relay of relays) await relay.stop();
    }
    expect(await scraped()).toContain('assent_replicas 0');
  }, 30_000);

  it('given a database that is away or does not answer, says nothing and not what it said last', async () => {
    expect(await scraped()).toHaveLength(18);
    expect(await scraped({ query: () => Promise.reject(Object.assign(new Error('away'), { code: 'ECONNREFUSED' })) })).toEqual([]);
    expect(await scraped()).toHaveLength(18);
    expect(await scraped({ query: () => new Promise(() => undefined) })).toEqual([]);
  }, 20_000);

  it('given scrapes in a row, asks the database once', async () => {
    let asked = 0;
    const counting: Sql = {
      query: (text, values) => {
        asked += 1;
        return database.query(text, values);
      },
    };
    const gauges = new OutboxGauges(counting, test.schema);
    await Promise.all(Array.from({ length: 20 }, () => gauges.refresh()));
    await gauges.refresh();
    expect(asked).toBe(2);
  });
});
