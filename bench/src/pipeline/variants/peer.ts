import path from 'node:path';
import { createTopics } from '@assent/infra';
import { Child } from '../child';
import { type Engines, withDatabase } from '../engines';
import { freePort } from '../free-port';
import { HOPS, PEER_VARIABLE, type PeerSettings, ROLES, topicOf } from '../peers/settings';
import { ACCOUNT } from '../vendor/didit-shapes';
import type { Running, Variant, VariantContext, VariantName } from './variant';

export interface PeerKind {
  readonly name: VariantName;
  /** Compiled, relative to the benchmark's own folder. */
  readonly module: string;
  readonly tables: string;
  readonly leafTable: string;
  readonly careful: boolean;
}

/** As many as the contracts give our own topics. */
const PARTITIONS = 6;

/** A peer in four processes, with a database and topics of this turn. */
export const peer = (kind: PeerKind): Variant => ({ name: kind.name, start: (context) => startPeer(kind, context) });

async function startPeer(kind: PeerKind, { engines, vendorUrl }: VariantContext): Promise<Running> {
  const run = `${kind.name}${Date.now().toString(36)}`;
  await withDatabase(engines.adminUrl, 'postgres', (client) => client.query(`CREATE DATABASE ${run}`));
  await withDatabase(engines.adminUrl, run, (client) => client.query(kind.tables));
  const settings = await settingsOf(kind, run, engines, vendorUrl);
  await createTopics(engines.brokers, HOPS.map((hop) => ({ topic: topicOf(hop, settings), partitions: PARTITIONS, config: { 'message.timestamp.type': 'LogAppendTime' } })));
  const logFile = path.join(engines.folder, 'logs', `${kind.name}.log`);
  const environment = { [PEER_VARIABLE]: JSON.stringify(settings), NODE_ENV: 'production', KAFKAJS_NO_PARTITIONER_WARNING: '1' };
  const children = await Promise.all(ROLES.map((role) => Child.start(role, kind.module, [role], environment, logFile)));
  const topic = (hop: (typeof HOPS)[number]): string => topicOf(hop, settings);
  return {
    topics: { requested: topic('requested'), decided: topic('decided'), session: topic('session'), verdict: topic('verdict') },
    webhooksTo: `http://127.0.0.1:${settings.ingestPort}/webhooks/didit`,
    processes: Object.fromEntries(children.map(({ name, pid }) => [name, pid])),
    database: run,
    recorded: () => withDatabase(engines.adminUrl, run, async (client) => Number((await client.query<{ count: string }>(`SELECT count(*) FROM ${kind.leafTable}`)).rows[0]?.count ?? 0)),
    stop: async () => {
      const crashed = children.filter(({ hasEnded }) => hasEnded).map(({ name }) => name);
      await Promise.all(children.map((child) => child.stop()));
      await withDatabase(engines.adminUrl, 'postgres', (client) => client.query(`DROP DATABASE ${run} WITH (FORCE)`));
      if (crashed.length > 0) throw new Error(`${kind.name}: ${crashed.join(', ')} ended unasked; see ${path.basename(logFile)}`);
    },
  };
}

async function settingsOf({ careful }: PeerKind, run: string, { adminUrl, brokers }: Engines, vendorUrl: string): Promise<PeerSettings> {
  const url = new URL(adminUrl);
  url.pathname = `/${run}`;
  const [sessionPort, ingestPort] = [await freePort(), await freePort()];
  return { brokers, databaseUrl: url.toString(), run, vendorUrl, workflowId: ACCOUNT.workflowId, webhookSecret: ACCOUNT.webhookSecret, sessionPort, ingestPort, careful };
}
