import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { topicSpecs } from '@assent/contracts';
import { Kafka, logLevel } from 'kafkajs';
import { Client } from 'pg';
import { identityOf } from '../process/process-identity';
import { type OwnProcess } from '../process/own-process';
import { StateFolder } from '../state/state-folder';
import { createTopics } from '../topics/create-topics';
import { inWorkspace } from '../workspace';
import { type Engines, EngineUnavailable } from './engine';
import { postgresFiles, removePostgresData } from './postgres-files';
import { startEngines, stopEngines } from './resolve-engines';

/** The engines that a newcomer without Docker gets, in a state folder of their own. */
(spawnSync('java', ['-version']).status === 0 ? describe : describe.skip)('local engines (need Java)', () => {
  mkdirSync(inWorkspace('.assent'), { recursive: true });
  const state = new StateFolder(mkdtempSync(path.join(inWorkspace('.assent'), 'engines-')));
  const started: OwnProcess[] = [];
  const start = (): Promise<Engines> =>
    startEngines({ state, database: 'postgres', environment: { ASSENT_ENGINES: 'local' }, disposable: true, onProcess: (child) => started.push(child) });
  let engines: Engines;

  beforeAll(async () => {
    engines = await start();
  });
  afterAll(async () => {
    await stopEngines(engines);
    for (const { name, pid } of started) expect([name, identityOf(pid)]).toEqual([name, null]);
    removePostgresData(state);
    rmSync(state.folder, { recursive: true, force: true });
  });

  const ask = async (statement: string): Promise<unknown[]> => {
    const client = new Client({ connectionString: engines.postgres.adminUrl });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(statement)).rows;
    } finally {
      await client.end();
    }
  };

  it('keep what the law and the design want kept: every commit on disk, code point order, UTF-8', async () => {
    expect(await ask(`SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commits, current_setting('server_encoding') AS encoding, 'a' > 'B' AS code_points`)).toEqual([
      { fsync: 'on', commits: 'on', encoding: 'UTF8', code_points: true },
    ]);
  });

  it('start over the empty lock file of a server that was killed while it started', async () => {
    await engines.postgres.stop();
    writeFileSync(path.join(postgresFiles(state).data, 'postmaster.pid'), '');
    await engines.postgres.start();
    expect(await ask('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('let nobody in without the password, and keep that to their owner', async () => {
    const url = new URL(engines.postgres.adminUrl);
    for (const password of ['', 'postgres']) {
      url.password = password;
      const client = new Client({ connectionString: url.toString() });
      await expect(client.connect()).rejects.toThrow(/password/);
    }
    expect(statSync(state.path('postgres.password.json')).mode & 0o777).toBe(0o600);
  });

  it('make no topic because somebody writes to it', async () => {
    const kafka = new Kafka({ brokers: [...engines.kafka.brokers], logLevel: logLevel.NOTHING, retry: { retries: 0 } });
    const producer = kafka.producer({ allowAutoTopicCreation: true });
    await producer.connect();
    await expect(producer.send({ topic: 'sca.requsted', messages: [{ value: 'a misspelt topic' }] })).rejects.toThrow();
    await producer.disconnect();
  });

  it('keep data, ports and cluster over a kill of both and a start', async () => {
    await ask('CREATE TABLE kept (n int); INSERT INTO kept VALUES (42)');
    await createTopics(engines.kafka.brokers, [{ topic: 'kept', partitions: 3, config: {} }]);
    const cluster = await clusterOf(engines);
    for (const engine of [engines.postgres, engines.kafka]) {
      const ended = engine.exited();
      process.kill(engine.pid ?? 0, 'SIGKILL');
      await ended;
      expect(await engine.isAlive()).toBe(false);
    }
    // A server that was killed leaves its workers a moment to notice; the supervisor simply tries again, as here.
    await untilStarted(() => engines.postgres.start());
    await engines.kafka.start();
    expect(await ask('SELECT n FROM kept')).toEqual([{ n: 42 }]);
    expect(await clusterOf(engines)).toEqual(cluster);
    expect([await engines.postgres.isAlive(), await engines.kafka.isAlive()]).toEqual([true, true]);
  });

  it('keep data and ports over a stop and a start', async () => {
    const { adminUrl } = engines.postgres;
    await stopEngines(engines);
    engines = await start();
    expect(engines.postgres.adminUrl).toBe(adminUrl);
    expect(await ask('SELECT n FROM kept')).toEqual([{ n: 42 }]);
    expect(await clusterOf(engines)).toMatchObject({ topics: expect.arrayContaining(['kept']) as string[] });
  });
});

describe('topics', () => {
  const brokers = (process.env['ASSENT_TEST_KAFKA_BROKERS'] ?? '').split(',');
  const prefix = `t${randomBytes(4).toString('hex')}.`;
  const specs = topicSpecs({ kafkaGateways: ['demo'] }).map((spec) => ({ ...spec, topic: `${prefix}${spec.topic}` }));

  it('given none, are all made as the contracts say; a second run makes and finds nothing', async () => {
    expect((await createTopics(brokers, specs)).created).toHaveLength(specs.length);
    expect(await createTopics(brokers, specs)).toEqual({ created: [], differences: [] });
  });

  it('given one that is otherwise, is reported and left as it is', async () => {
    const [first] = specs;
    const wanted = specs.map((spec) => (spec === first ? { ...spec, partitions: 9, config: { ...spec.config, 'retention.ms': '1' } } : spec));
    expect((await createTopics(brokers, wanted)).differences).toEqual([
      { topic: first?.topic, setting: 'partitions', expected: '9', found: String(first?.partitions) },
      { topic: first?.topic, setting: 'retention.ms', expected: '1', found: first?.config['retention.ms'] },
    ]);
  });

  it('given two runs at once, both succeed', async () => {
    const fresh = specs.map((spec) => ({ ...spec, topic: `again.${spec.topic}` }));
    await Promise.all([createTopics(brokers, fresh), createTopics(brokers, fresh)]);
    expect((await createTopics(brokers, fresh)).created).toEqual([]);
  });
});

describe('which engines are used', () => {
  const state = { folder: 'never touched' } as unknown as StateFolder;

  it.each([[{ DATABASE_URL: 'postgres://postgres@127.0.0.1:1/assent' }], [{ KAFKA_BROKERS: '127.0.0.1:1' }]])('given only one of the two in the environment (%j), says that they belong together', async (environment) => {
    await expect(startEngines({ state, database: 'x', environment })).rejects.toThrow('belong together');
  });

  it('given a misspelt choice, refuses it', async () => {
    await expect(startEngines({ state, database: 'x', environment: { ASSENT_ENGINES: 'podman' } })).rejects.toThrow(EngineUnavailable);
  });
});

async function clusterOf(engines: Engines): Promise<{ cluster: string; topics: string[] }> {
  const admin = new Kafka({ brokers: [...engines.kafka.brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    return { cluster: (await admin.describeCluster()).clusterId, topics: await admin.listTopics() };
  } finally {
    await admin.disconnect();
  }
}

async function untilStarted(start: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await start();
      return;
    } catch (error) {
      if (attempt === 20) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
