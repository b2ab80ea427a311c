import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { type EventType, type ExampleChanges, exampleRecord, type InboundEvent, parseRecord } from '@assent/contracts';
import { type AuditLedgerConfig, auditLedgerConfig, configureLogging, GatewayRegistry, loadConfig, Metrics, ReadinessRegistry } from '@assent/platform';
import { Database } from '@assent/postgres';
import { testDatabase } from '@assent/testing';
import { Checkpointer } from './checkpoints/checkpointer';
import { CheckpointSigning } from './checkpoints/checkpoint-signing';
import { LedgerMetrics } from './ledger-metrics';
import { LogIdentity } from './log-identity';
import { EventPseudonyms } from './recording/event-facts';
import { Recorder } from './recording/recorder';
import { SubjectKeys } from './recording/subject-keys';
import { EvidenceReader } from './storage/evidence-reader';
import { LogOpening } from './storage/log-opening';
import { LogReader } from './storage/log-reader';
import { type PrismaClient, prismaClient } from './storage/prisma';

configureLogging({ service: 'audit-ledger', level: 'silent' });

export const API_KEY = 'key-of-the-demo-gateway-0123456789';
export const OTHER_API_KEY = 'key-of-another-gateway-0123456789';
export const WEAK_API_KEY = 'key-without-the-scope-0123456789';

const key = (id: string, text: string, ...scopes: string[]) => ({ id, sha256: createHash('sha256').update(text).digest('hex'), scopes });

/** Two gateways with namespaces of their own. */
export const registry = (): GatewayRegistry =>
  GatewayRegistry.parse(
    JSON.stringify({
      gateways: [
        { id: 'demo', kafka: true, returnOrigins: [], apiKeys: [key('demo-1', API_KEY, 'evidence:read'), key('demo-2', WEAK_API_KEY, 'authentications:read')] },
        { id: 'other', kafka: false, returnOrigins: [], apiKeys: [key('other-1', OTHER_API_KEY, 'evidence:read')] },
      ],
    }),
  );

/** The service's configuration, as an environment would give it. */
export function configFor(databaseUrl: string, changes: Readonly<Record<string, string>> = {}): AuditLedgerConfig {
  return loadConfig(auditLedgerConfig, {
    NODE_ENV: 'test',
    LOG_LEVEL: 'silent',
    HTTP_PORT: '0',
    DATABASE_URL: databaseUrl,
    KAFKA_BROKERS: process.env['ASSENT_TEST_KAFKA_BROKERS'] ?? '127.0.0.1:9092',
    GATEWAYS_FILE: 'unused',
    SUBJECT_REF_KEY: Buffer.alloc(32, 1).toString('base64'),
    LEDGER_ORIGIN: 'ledger.example/main',
    LEDGER_SIGNING_KEY: Buffer.alloc(32, 2).toString('base64'),
    LEDGER_ENCRYPTION_KEY: Buffer.alloc(32, 3).toString('base64'),
    CHECKPOINT_INTERVAL_MS: '60000',
    CHECKPOINT_LEAVES: '1000000',
    ...changes,
  });
}

/** One replica of the ledger without Kafka and HTTP: what it publishes lies in its outbox. */
export class Replica {
  readonly identity: LogIdentity;
  readonly database: Database;
  readonly prisma: PrismaClient;
  readonly keys: SubjectKeys;
  readonly opening: LogOpening;
  readonly signing: CheckpointSigning;
  readonly checkpointer: Checkpointer;
  readonly recorder: Recorder;
  readonly reader: LogReader;
  readonly evidence: EvidenceReader;

  constructor(config: AuditLedgerConfig) {
    const gateways = registry();
    this.identity = LogIdentity.of(config);
    this.database = new Database({ url: config.databaseUrl.reveal(), schema: config.databaseSchema, poolMax: 6, eventSource: '/services/audit-ledger', topology: gateways.topology });
    this.prisma = prismaClient(config);
    this.keys = new SubjectKeys(config.ledgerEncryptionKey);
    const metrics = new LedgerMetrics(new Metrics());
    this.opening = new LogOpening(this.database, this.identity, this.keys, new ReadinessRegistry());
    this.signing = new CheckpointSigning(this.database, this.identity);
    this.checkpointer = new Checkpointer(this.identity, this.opening, this.signing, metrics);
    const pseudonyms = new EventPseudonyms(config.subjectRefKey, (id) => gateways.namespaceOf(id));
    this.recorder = new Recorder(this.identity, this.opening, this.keys, pseudonyms, this.checkpointer, metrics);
    this.reader = new LogReader(this.database, this.prisma, this.identity);
    this.evidence = new EvidenceReader(this.prisma, this.keys);
  }

  /** Records events in one transaction, as a batch handler does. */
  record(...events: InboundEvent[]): Promise<void> {
    return this.database.transaction((tx) => this.recorder.record(events, tx));
  }

  async close(): Promise<void> {
    await this.checkpointer.beforeApplicationShutdown();
    this.opening.onApplicationShutdown();
    await this.prisma.$disconnect();
    await this.database.end();
  }
}

/** A log of its own in a database of its own, one replica to begin with, and a superuser who can do what no service may. */
export class LedgerUnderTest {
  private readonly replicas: Replica[] = [];

  private constructor(
    private readonly place: Awaited<ReturnType<typeof testDatabase>>,
    readonly superuser: Client,
  ) {}

  static async create(): Promise<LedgerUnderTest> {
    const place = await testDatabase('audit-ledger');
    const superuser = new Client({ connectionString: place.url, options: `-c search_path=${place.schema}` });
    await superuser.connect();
    return new LedgerUnderTest(place, superuser);
  }

  get serviceUrl(): string {
    return this.place.serviceUrl;
  }

  /** Another replica of the same service on the same database. */
  async replica(changes: Readonly<Record<string, string>> = {}): Promise<Replica> {
    const replica = new Replica(configFor(this.place.serviceUrl, changes));
    this.replicas.push(replica);
    await replica.opening.onApplicationBootstrap();
    return replica;
  }

  /** Does as superuser what the triggers refuse even to the owner. */
  async tamper(sql: string, values: readonly unknown[] = []): Promise<number> {
    await this.superuser.query('set session_replication_role = replica');
    const { rowCount } = await this.superuser.query(sql, [...values]);
    await this.superuser.query('set session_replication_role = origin');
    return rowCount ?? 0;
  }

  async rows<Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.superuser.query<Row>(sql, [...values])).rows;
  }

  async drop(): Promise<void> {
    for (const replica of this.replicas) await replica.close();
    await this.superuser.end();
    await this.place.drop();
  }
}

/** An event as the consumer would hand it over: parsed from a record, with an id of its own unless `changes` says one. */
export function eventOf(type: EventType, changes: ExampleChanges = {}): InboundEvent {
  const record = exampleRecord(type, { ...changes, headers: { ce_id: randomUUID(), ...changes.headers } });
  const parsed = parseRecord(record, { topology: { kafkaGateways: ['demo'] }, knowsGateway: (id) => registry().has(id), depth: 'envelope' });
  if (!parsed.ok) throw new Error(`${parsed.error.code}: ${parsed.error.reason}`);
  return parsed.value;
}

/** So many events of different authentications and payers. */
export function someEvents(count: number): InboundEvent[] {
  return Array.from({ length: count }, () => {
    const id = `auth-${randomBytes(8).toString('hex')}`;
    return eventOf('sca.evidence.v1', { key: `demo:${id}`, headers: { ce_subjectref: randomBytes(24).toString('base64url') } });
  });
}
