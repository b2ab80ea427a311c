import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type StackHandle, startStack } from '@assent/infra';
import { Client } from 'pg';
import { ACCOUNT } from './vendor/didit-shapes';

/** PostgreSQL and Kafka of one benchmark run, and our own services on them, all in a folder that goes with the run. */
export interface Engines {
  readonly stack: StackHandle;
  readonly folder: string;
  readonly brokers: readonly string[];
  readonly adminUrl: string;
  /** At this moment: an engine that was started again has another. */
  pids(): { readonly kafka: number; readonly postgres: number };
}

export interface EngineOptions {
  readonly vendorUrl: string;
  /** Where the services write their CPU profiles when they end; null: none. */
  readonly profileTo: string | null;
}

export const SERVICES = ['exemption-engine', 'auth-session', 'webhook-ingest', 'audit-ledger'] as const;

/** Settings of ours under measurement: as shipped, except that one factor is enough (the stub vendor has a face and no key) and the log level is production's. */
export async function startEngines({ vendorUrl, profileTo }: EngineOptions): Promise<Engines> {
  const folder = mkdtempSync(path.join(tmpdir(), 'assent-bench-'));
  const environment = {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    JAVA_HOME: process.env['JAVA_HOME'],
    ASSENT_ENGINES: 'local',
    LOG_LEVEL: 'info',
    DIDIT_BASE_URL: vendorUrl,
    DIDIT_API_KEY: ACCOUNT.apiKey,
    DIDIT_WORKFLOW_ID: ACCOUNT.workflowId,
    DIDIT_WEBHOOK_SECRETS: ACCOUNT.webhookSecret,
    DIDIT_APPLICATION_ID: ACCOUNT.applicationId,
    DIDIT_ENVIRONMENT: ACCOUNT.environment,
    ALLOW_SINGLE_FACTOR: 'true',
  };
  const profiled = profileTo === null ? {} : Object.fromEntries(SERVICES.map((name) => [name, { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${path.join(profileTo, name)}` }]));
  const stack = await startStack({ stateDir: folder, environment, env: profiled });
  await Promise.all(SERVICES.map((name) => stack.stopService(name)));
  const { kafka, postgres } = stack.stack;
  return { stack, folder, brokers: kafka.brokers, adminUrl: postgres.url, pids: () => ({ kafka: stack.stack.engines.kafka.pid ?? 0, postgres: stack.stack.engines.postgres.pid ?? 0 }) };
}

export async function stopEngines({ stack, folder }: Engines): Promise<void> {
  await stack.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** Runs `work` on a connection of its own. */
export async function withDatabase<T>(adminUrl: string, database: string, work: (client: Client) => Promise<T>): Promise<T> {
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  const client = new Client({ connectionString: url.toString(), application_name: 'assent-bench' });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
