import { KafkaBatchServer } from '@assent/kafka';
import { configureLogging, createService, exemptionEngineConfig, loadConfig } from '@assent/platform';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { AppModule } from '../app.module';
import { API_KEY, type EngineUnderTest, GATEWAYS } from '../engine-under-test.spec';

export interface AppUnderTest {
  readonly app: NestFastifyApplication;
  /** Calls the service with a key, by default one that may explain; answers status and body. */
  call(method: 'GET' | 'POST', url: string, options?: { payload?: unknown; key?: string }): Promise<{ status: number; body: Record<string, never> }>;
  close(): Promise<void>;
}

/** The whole service over the engine's database, without its consumers. */
export async function startApp(engine: EngineUnderTest): Promise<AppUnderTest> {
  configureLogging({ service: 'exemption-engine', level: 'silent' });
  const config = loadConfig(exemptionEngineConfig, {
    NODE_ENV: 'test',
    HTTP_PORT: '0',
    LOG_LEVEL: 'silent',
    DATABASE_URL: engine.serviceUrl,
    DATABASE_SCHEMA: engine.schema,
    KAFKA_BROKERS: '127.0.0.1:9',
    GATEWAYS_FILE: 'not read here',
    SUBJECT_REF_KEY: Buffer.alloc(32, 7).toString('base64'),
  });
  const app = await createService({
    name: 'exemption-engine',
    module: AppModule.with(config, GATEWAYS),
    config,
    gateways: GATEWAYS,
    strategy: (made) => made.get(KafkaBatchServer),
    swagger: { title: 'exemptions', description: 'under test' },
  });
  await app.init();
  const fastify: FastifyInstance = app.getHttpAdapter().getInstance();
  await fastify.ready();
  return {
    app,
    call: async (method, url, { payload, key = API_KEY } = {}) => {
      const answer = await fastify.inject({
        method,
        url,
        headers: { authorization: `Bearer ${key}`, ...(payload === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(payload === undefined ? {} : { payload: JSON.stringify(payload) }),
      });
      return { status: answer.statusCode, body: answer.json<Record<string, never>>() };
    },
    close: () => app.close(),
  };
}
