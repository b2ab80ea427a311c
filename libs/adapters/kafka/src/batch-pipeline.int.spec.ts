import { randomUUID } from 'node:crypto';
import type { InboundEvent, RawRecord, TopicName } from '@assent/contracts';
import { ok, refuse } from '@assent/kernel';
import { Database } from '@assent/postgres';
import { testDatabase } from '@assent/testing';
import type { BatchHandler } from './batch-context';
import { BatchPipeline, type PipelineEvent } from './batch-pipeline';
import type { Parsed } from './parsed-record';

let test: Awaited<ReturnType<typeof testDatabase>>;
let database: Database;

beforeAll(async () => {
  test = await testDatabase('exemption-engine');
  database = new Database({ url: test.serviceUrl, schema: test.schema, poolMax: 8, eventSource: '/services/exemption-engine', topology: { kafkaGateways: [] } });
  // The effect of a message, counted by the handler below: a table of this spec alone.
  await database.query('select 1');
});
afterAll(async () => {
  await database.end();
  await test.drop();
});
afterEach(async () => {
  for (const table of ['outbox', 'inbox', 'inbox_attempt']) await database.query(`delete from ${table}`);
});

let nextOffset = 0;
function record(key: string, value: string): RawRecord {
  return { topic: 'sca.requested', partition: 0, offset: String(nextOffset++), timestamp: 1_790_000_000_000, key: Buffer.from(key), value: Buffer.from(value), headers: {} };
}

function event(key: string, value: string, id: string = randomUUID()): Parsed {
  const raw = record(key, value);
  const body: InboundEvent<string> = {
    id,
    source: '/gateways/demo',
    type: 'sca.requested.v1',
    subject: key,
    time: '2026-11-24T10:00:00.000Z',
    correlationId: null,
    causationId: null,
    traceparent: null,
    sequence: null,
    subjectRef: null,
    redrive: 0,
    key,
    gatewayId: 'demo',
    brokerTimeMs: raw.timestamp,
    body: value,
    raw,
  };
  return { name: 'sca.requested', record: raw, result: ok(body) };
}

const broken = (value: string): Parsed => ({
  name: 'sca.requested',
  record: record('demo:broken', value),
  result: refuse({ code: 'VALUE_NOT_JSON', reason: 'value: not JSON; send UTF-8 JSON.', envelope: null }),
});

/** A handler whose effect is a message to a topic of ours: what left the outbox is what took effect. */
const echo: BatchHandler = (batch, { tx }) => {
  for (const { key, body } of batch) tx.publishRecord({ topic: 'sca.decided', key, headers: {}, value: Buffer.from(String(body)) });
  return Promise.resolve();
};

function pipeline(handler: BatchHandler, reports: PipelineEvent[] = [], deadLetters: TopicName[] = ['sca.requested']): BatchPipeline {
  return new BatchPipeline({ database, service: 'exemption-engine', handlers: new Map([['sca.requested', handler]]), deadLetters: new Set(deadLetters), report: (report) => reports.push(report) });
}

type Row = { topic: string; key: string; value: string; headers: string };
const outbox = async (topic: string): Promise<Row[]> => (await database.query<Row>('select topic, key, value, headers from outbox where topic = $1 order by seq', [topic])).rows;
const effects = async (): Promise<string[]> => (await outbox('sca.decided')).map((row) => row.value);
const letters = async (): Promise<(Row & { code: string })[]> =>
  (await outbox('sca.requested.dlq')).map((row) => ({ ...row, code: new Map(JSON.parse(row.headers) as [string, string][]).get('dlq-code') ?? '' }));

describe('the batch pipeline', () => {
  it('puts what arrives together into one transaction and one call, in order', async () => {
    const calls: number[] = [];
    const p = pipeline(async (batch, context) => {
      calls.push(batch.length);
      await echo(batch, context);
    });
    await Promise.all([p.submit([event('demo:a', '1'), event('demo:a', '2')]), p.submit([event('demo:b', '3')])]);
    expect(calls).toEqual([3]);
    expect(await effects()).toEqual(['1', '2', '3']);
  });

  it('calls a handler of several topics once for all their messages, in the order in which they came', async () => {
    const calls: string[][] = [];
    const both: BatchHandler = (batch) => {
      calls.push(batch.map(({ body }) => String(body)));
      return Promise.resolve();
    };
    const p = new BatchPipeline({ database, service: 'audit-ledger', handlers: new Map([['sca.requested', both], ['sca.verdict', both]]), deadLetters: new Set(), report: () => undefined });
    await p.submit([event('demo:a', '1'), { ...event('demo:a', '2'), name: 'sca.verdict' }, event('demo:b', '3')]);
    expect(calls).toEqual([['1', '2', '3']]);
  });

  it('given the same messages again, has no effect a second time', async () => {
    const p = pipeline(echo);
    const batch = [event('demo:a', '1'), event('demo:b', '2')];
    await p.submit(batch);
    await p.submit(batch);
    await Promise.all([p.submit(batch), pipeline(echo).submit(batch)]);
    expect(await effects()).toEqual(['1', '2']);
  });

  it('given a message that does not fit, dead-letters it once with its bytes and goes on', async () => {
    const p = pipeline(echo);
    const poison = broken('not json');
    await p.submit([event('demo:a', '1'), poison, event('demo:a', '2')]);
    await p.submit([poison]);
    expect(await effects()).toEqual(['1', '2']);
    expect(await letters()).toMatchObject([{ code: 'VALUE_NOT_JSON', value: 'not json', key: 'demo:broken' }]);
  });

  it('given an id with other bytes, dead-letters the second as ID_REUSED, once, and the first stands', async () => {
    const p = pipeline(echo);
    const first = event('demo:a', '1', 'same-id');
    const second = event('demo:a', '2', 'same-id');
    await p.submit([first, second]);
    await p.submit([first, second]);
    expect(await effects()).toEqual(['1']);
    expect(await letters()).toMatchObject([{ code: 'ID_REUSED', value: '2' }]);
  });

  it('given a topic whose dead letters are another service’s, skips what does not fit', async () => {
    const reports: PipelineEvent[] = [];
    await pipeline(echo, reports, []).submit([broken('x'), event('demo:a', '1')]);
    expect(await letters()).toEqual([]);
    expect(await effects()).toEqual(['1']);
    expect(reports).toContainEqual({ kind: 'skipped', topic: 'sca.requested', code: 'VALUE_NOT_JSON' });
  });

  it('given a handler that refuses a message, dead-letters it in the same commit', async () => {
    const p = pipeline((batch, context) => {
      for (const message of batch) context.deadLetter(message, 'REQUEST_CONFLICT', 'authenticationId: used before with other content; choose a new one.');
      return Promise.resolve();
    });
    const batch = [event('demo:a', '1')];
    await p.submit(batch);
    await p.submit(batch);
    expect(await letters()).toMatchObject([{ code: 'REQUEST_CONFLICT', value: '1' }]);
  });

  it('given a handler with a bug on one message (a TypeError), isolates it after five tries; all others have their effect, once', async () => {
    let tries = 0;
    const p = pipeline(async (batch, context) => {
      if (batch.some(({ body }) => body === 'bug')) {
        if (batch.length === 1) tries += 1;
        throw new TypeError("cannot read properties of undefined (reading 'x')");
      }
      await echo(batch, context);
    });
    const batch = Array.from({ length: 20 }, (_, i) => event(`demo:${i}`, i === 13 ? 'bug' : String(i)));
    await p.submit(batch);
    expect(await effects()).toEqual(Array.from({ length: 20 }, (_, i) => String(i)).filter((v) => v !== '13'));
    expect(await letters()).toMatchObject([{ code: 'HANDLER_FAILED', value: 'bug' }]);
    // Once more in the halving, where it already stood alone, and five counted ones.
    expect(tries).toBe(6);
    expect((await database.query('select 1 from inbox_attempt')).rowCount).toBe(0);
  });

  it('given an outage, waits and heals: never a dead letter, no message twice', async () => {
    const reports: PipelineEvent[] = [];
    let outages = 3;
    const p = pipeline(async (batch, context) => {
      await echo(batch, context);
      // As a framework would hide it: the transaction remembers what really happened.
      if (outages-- > 0) await context.tx.query('select pg_terminate_backend(pg_backend_pid())').catch(() => Promise.reject(new Error('Internal server error')));
    }, reports);
    await p.submit([event('demo:a', '1'), event('demo:b', '2')]);
    expect(await effects()).toEqual(['1', '2']);
    expect(await letters()).toEqual([]);
    expect(reports.filter(({ kind }) => kind === 'blocked')).toHaveLength(3);
  });

  it('given a message that ended the process twice at the same place, takes it alone and sets it aside', async () => {
    const poison = event('demo:a', 'crash');
    const good = event('demo:b', 'good');
    // Two starts that never came back: what a crash leaves behind.
    const dead: { pipeline: BatchPipeline; end: () => void }[] = [];
    for (let start = 0; start < 2; start++) {
      let end = (): void => undefined;
      const hung = new Promise<void>((_, reject) => (end = () => reject(new Error('gone'))));
      const p = pipeline(() => hung);
      dead.push({ pipeline: p, end });
      p.submitFirst([poison, good]).catch(() => undefined);
      const started = async (): Promise<number> => (await database.query<{ n: number }>('select coalesce(max(started_attempts), 0)::int as n from inbox_attempt')).rows[0]?.n ?? 0;
      while ((await started()) <= start) await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const stopped = dead.map(({ pipeline: p, end }) => {
      const done = p.stop();
      end();
      return done;
    });
    await Promise.all(stopped);
    const sizes: number[] = [];
    const p = pipeline(async (batch, context) => {
      sizes.push(batch.length);
      if (batch.some(({ body }) => body === 'crash')) throw new Error('would have ended the process');
      await echo(batch, context);
    });
    await p.submitFirst([poison, good]);
    expect(Math.max(...sizes)).toBe(1);
    expect(await effects()).toEqual(['good']);
    expect(await letters()).toMatchObject([{ code: 'HANDLER_FAILED' }]);
  });
});

