import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ProcessRecord } from '../state/process-record';
import { StateFolder } from '../state/state-folder';
import { withDatabase } from '../migrate/database-url';
import { inWorkspace } from '../workspace';
import { startEngines, stopEngines } from './resolve-engines';
import { removePostgresData } from './postgres-files';

export interface TestEngines {
  readonly databaseUrl: string;
  readonly brokers: string;
  stop(): Promise<void>;
}

/** Engines for one test run: fresh, and gone with it. Those that the environment names are used as they are and stay. */
export async function startTestEngines(environment: Readonly<Record<string, string | undefined>> = process.env): Promise<TestEngines> {
  const named = { DATABASE_URL: environment['ASSENT_TEST_DATABASE_URL'] ?? environment['DATABASE_URL'], KAFKA_BROKERS: environment['ASSENT_TEST_KAFKA_BROKERS'] ?? environment['KAFKA_BROKERS'] };
  const runs = inWorkspace('.assent', 'tests');
  await sweep(runs);
  const state = new StateFolder(path.join(runs, String(process.pid)));
  const record = await ProcessRecord.take(state);
  const forget = (): void => {
    record.killAll();
    remove(state);
  };
  // Jest ends on Ctrl-C without its tear-down.
  process.once('exit', forget);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      forget();
      process.exit(1);
    });
  }
  const engines = await startEngines({
    state,
    database: 'postgres',
    environment: { ...named, ASSENT_ENGINES: environment['ASSENT_ENGINES'] },
    disposable: true,
    say: (line) => process.stderr.write(`${line}\n`),
    onProcess: (child) => record.note(child),
  });
  return {
    databaseUrl: withDatabase(engines.postgres.adminUrl, 'postgres'),
    brokers: engines.kafka.brokers.join(','),
    stop: async () => {
      await stopEngines(engines);
      forget();
    },
  };
}

/** What runs left that were killed. Those of a run that goes on stay untouched. */
async function sweep(runs: string): Promise<void> {
  if (!existsSync(runs)) return;
  for (const name of readdirSync(runs)) {
    const state = new StateFolder(path.join(runs, name));
    if (ProcessRecord.owner(state) !== null) continue;
    (await ProcessRecord.take(state)).release();
    remove(state);
  }
}

function remove(state: StateFolder): void {
  removePostgresData(state);
  rmSync(state.folder, { recursive: true, force: true });
}
