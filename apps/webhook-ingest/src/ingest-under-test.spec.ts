import { createHmac, randomUUID } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { configureLogging, createService, GatewayRegistry, webhookIngestConfig, type WebhookIngestConfig } from '@assent/platform';
import { isInfrastructureError } from '@assent/postgres';
import { testDatabase } from '@assent/testing';
import type { InjectOptions } from 'fastify';
import { Client } from 'pg';
import { AppModule, type Overrides } from './app.module';

export const SECRET = 'whsec_test_0123456789abcdefghijklmnopqrstuv';
export const OLD_SECRET = 'whsec_old_0123456789abcdefghijklmnopqrstuvw';
export const APPLICATION = '5a1d9c34-8f7e-4b02-9a6d-3c2b1e0f4d55';
export const WORKFLOW = 'd1c2b3a4-0000-4000-8000-000000000001';
/** Nobody listens there: what is published stays in the outbox and can be counted. */
const NO_BROKER = '127.0.0.1:1';

export const GATEWAYS = JSON.stringify({ gateways: [{ id: 'demo', namespace: 'people', kafka: true, returnOrigins: [], apiKeys: [] }] });
export const registry = (): GatewayRegistry => GatewayRegistry.parse(GATEWAYS);

export const environmentFor = (databaseUrl: string): Record<string, string> => ({
  NODE_ENV: 'test',
  LOG_LEVEL: 'silent',
  HTTP_PORT: '0',
  DATABASE_URL: databaseUrl,
  KAFKA_BROKERS: NO_BROKER,
  GATEWAYS_FILE: 'unused',
  SUBJECT_REF_KEY: Buffer.alloc(32, 1).toString('base64'),
  DIDIT_WEBHOOK_SECRETS: `${SECRET},${OLD_SECRET}`,
  DIDIT_APPLICATION_ID: APPLICATION,
  DIDIT_WORKFLOW_ID: WORKFLOW,
  DIDIT_ENVIRONMENT: 'sandbox',
});

export const configFor = (databaseUrl: string, changes: Readonly<Record<string, string>> = {}): WebhookIngestConfig => webhookIngestConfig.load({ ...environmentFor(databaseUrl), ...changes });

export const nowSeconds = (): number => Math.floor(Date.now() / 1000);

/** A webhook as the vendor would send it now, before it is signed. */
export const members = (over: object = {}): Record<string, unknown> => ({
  application_id: APPLICATION,
  created_at: nowSeconds(),
  environment: 'sandbox',
  event_id: randomUUID(),
  metadata: { amount: '247.50', payee_name: 'José Canary' },
  session_id: randomUUID(),
  status: 'Approved',
  timestamp: nowSeconds(),
  vendor_data: 'people/user-42',
  webhook_type: 'status.updated',
  workflow_id: WORKFLOW,
  ...over,
});

export interface Delivery {
  readonly body: Buffer;
  readonly headers: Record<string, string>;
}

/** Signed over the bytes; the other two signatures are left to whoever wants them. */
export function signed(content: object, { secret = SECRET, headers = {} }: { secret?: string; headers?: Record<string, string> } = {}): Delivery {
  const body = Buffer.from(JSON.stringify(content));
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  const timestamp = 'timestamp' in content ? String(content.timestamp) : '';
  return { body, headers: { 'content-type': 'application/json', 'x-timestamp': timestamp, 'x-signature': signature, ...headers } };
}

/** The service on a database of its own, called over HTTP without a port; a superuser looks behind it. */
export class IngestUnderTest {
  private constructor(
    private readonly place: Awaited<ReturnType<typeof testDatabase>>,
    private readonly app: NestFastifyApplication,
    readonly superuser: Client,
  ) {}

  static async start(changes: Readonly<Record<string, string>> = {}, overrides: Overrides = {}): Promise<IngestUnderTest> {
    configureLogging({ service: 'webhook-ingest', level: 'silent' });
    const place = await testDatabase('webhook-ingest');
    const config = configFor(place.serviceUrl, changes);
    const gateways = registry();
    const app = await createService({
      name: 'webhook-ingest',
      module: AppModule.with(config, gateways, overrides),
      config,
      gateways,
      isInfrastructureError,
      rawBody: true,
      bodyLimit: 256 * 1024,
      swagger: { title: 'test', description: 'test' },
      ownsProcess: false,
    });
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
    const superuser = new Client({ connectionString: place.url, options: `-c search_path=${place.schema}` });
    await superuser.connect();
    return new IngestUnderTest(place, app, superuser);
  }

  get<T>(token: new (...parameters: never[]) => T): T {
    return this.app.get<T>(token);
  }

  async post({ body, headers }: Delivery, path = '/webhooks/didit'): Promise<{ status: number; body: unknown; headers: Record<string, unknown> }> {
    const request: InjectOptions = { method: 'POST', url: path, headers, payload: body };
    const answer = await this.app.inject(request);
    return { status: answer.statusCode, body: answer.body === '' ? null : (JSON.parse(answer.body) as unknown), headers: answer.headers };
  }

  async text(path: string): Promise<string> {
    return (await this.app.inject({ method: 'GET', url: path })).body;
  }

  async rows<Row extends object = Record<string, unknown>>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.superuser.query<Row>(sql, values)).rows;
  }

  async count(table: 'webhook' | 'outbox' | 'quarantine'): Promise<number> {
    const [row] = await this.rows<{ count: string }>(`select count(*) from ${table}`);
    return Number(row!.count);
  }

  async reasons(): Promise<string[]> {
    return (await this.rows<{ reason: string }>('select reason from quarantine order by id')).map(({ reason }) => reason);
  }

  async clear(): Promise<void> {
    await this.superuser.query('truncate webhook, outbox, quarantine');
  }

  async stop(): Promise<void> {
    await this.app.close();
    await this.superuser.end();
    await this.place.drop();
  }
}
