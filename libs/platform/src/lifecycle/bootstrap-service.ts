import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import type { Level } from 'pino';
import { GatewayRegistry } from '../gateways/gateway-registry';
import { type BodyOptions, createFastifyAdapter } from '../http/fastify-adapter';
import { ProblemFilter } from '../http/problem.filter';
import { traceRequests } from '../http/request-context';
import { validationPipe } from '../http/validation';
import { configureLogging, logFor } from '../logging/log';
import { NestLog } from '../logging/nest-log';
import { metrics } from '../metrics/metrics';
import { PlatformModule } from '../platform.module';
import { startTracing } from '../tracing/exporter';
import { guardProcess } from './process-guard';
import { Stopping } from './stopping';

/** The part of a service's configuration that the platform reads. */
export interface PlatformSettings {
  readonly httpHost: string;
  readonly httpPort: number;
  readonly logLevel: Level | 'silent';
  readonly shutdownTimeoutMs: number;
  readonly otelExporterOtlpEndpoint: string | null;
  readonly gatewaysFile?: string;
}

export interface ServiceOptions extends BodyOptions {
  /** `auth-session`, …: in logs, metrics and traces. */
  readonly name: string;
  readonly module: Type | DynamicModule;
  readonly config: PlatformSettings;
  /** Null: serves no gateways. Default: what the configuration's registry file says, null where it names none. */
  readonly gateways?: GatewayRegistry | null;
  /** Makes the Kafka server once the providers exist (`app.get(KafkaBatchServer)`). */
  readonly strategy?: (app: NestFastifyApplication) => CustomTransportStrategy;
  /** Tells outages (answered 503, try again) from bugs (answered 500). Default: everything is a bug. */
  readonly isInfrastructureError?: (error: unknown) => boolean;
  readonly swagger: { readonly title: string; readonly description: string };
  /** False where several services share a process, as in tests: no signal handlers, no exit. Default: true. */
  readonly ownsProcess?: boolean;
}

@Module({})
class ServiceRoot {}

const log = logFor('service');

/**
 * Builds a service without listening: logs, traces, problems, validation, health, metrics, documentation. For tests (`inject`), and as the first
 * step of `bootstrapService`.
 */
export async function createService(options: ServiceOptions): Promise<NestFastifyApplication> {
  metrics.describeService(options.name);
  const gateways = options.gateways ?? (options.gateways === undefined && options.config.gatewaysFile !== undefined ? GatewayRegistry.load(options.config.gatewaysFile) : null);
  const adapter = createFastifyAdapter(options);
  const stopping = new Stopping();
  traceRequests(adapter.getInstance<FastifyInstance>(), stopping);
  const root: DynamicModule = { module: ServiceRoot, imports: [PlatformModule.forRoot(gateways, stopping), options.module] };
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class; every caller passes an object
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, { bodyParser: false, abortOnError: false, logger: new NestLog() });
  app.useGlobalFilters(new ProblemFilter(options.isInfrastructureError ?? (() => false)));
  app.useGlobalPipes(validationPipe());
  documentApi(app, options);
  if (options.strategy !== undefined) app.connectMicroservice({ strategy: options.strategy(app) });
  return app;
}

/**
 * Starts a service: HTTP first, so that webhooks and requests are taken while a broker is away, then Kafka. Returns when both run.
 * @throws what stopped the start; `runService` logs it and ends the process
 */
export async function bootstrapService(options: ServiceOptions): Promise<NestFastifyApplication> {
  configureLogging({ service: options.name, level: options.config.logLevel });
  const stopTracing = await startTracing(options.name, options.config.otelExporterOtlpEndpoint);
  const app = await createService(options);
  if (options.ownsProcess !== false) guardProcess(app, { timeoutMs: options.config.shutdownTimeoutMs, afterClose: stopTracing });
  try {
    await app.listen({ host: options.config.httpHost, port: options.config.httpPort });
    log.info('listening', { port: portOf(app) });
    await app.startAllMicroservices();
    log.info('started');
    return app;
  } catch (error) {
    await app.close();
    throw error;
  }
}

/** The port that a service listens on: the configured one, or the free one that was found for 0. */
export function portOf(app: NestFastifyApplication): number {
  const address: unknown = app.getHttpServer().address();
  return typeof address === 'object' && address !== null && 'port' in address && typeof address.port === 'number' ? address.port : 0;
}

function documentApi(app: NestFastifyApplication, { swagger }: ServiceOptions): void {
  const description = new DocumentBuilder().setTitle(swagger.title).setDescription(swagger.description).setVersion('1').addBearerAuth({ type: 'http', scheme: 'bearer', description: 'API key of a gateway' });
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, description.build()), { jsonDocumentUrl: 'openapi.json', yamlDocumentUrl: 'openapi.yaml' });
}
