import { type DynamicModule, Global, Inject, Injectable, Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Database, notifyChannel, Relay } from '@assent/postgres';
import { flushLogs, LivenessRegistry, metrics, ReadinessRegistry } from '@assent/platform';
import { kafkaClient } from './client';
import { EventProducer } from './event-producer';
import { KafkaBatchServer } from './kafka-batch-server';
import { MessagingMetrics } from './messaging-metrics';
import type { MessagingOptions } from './messaging-options';
import { OutboxGauges } from './outbox-gauges';

export const MESSAGING_OPTIONS = Symbol('messaging options');

/** Starts and stops what carries messages, in the order that loses none: consumer, then relay, then producer, then database. */
@Injectable()
class MessagingLifecycle implements OnApplicationBootstrap, OnApplicationShutdown {
  private waking: Promise<void> | null = null;

  constructor(
    @Inject(MESSAGING_OPTIONS) private readonly options: MessagingOptions,
    private readonly database: Database,
    private readonly relay: Relay,
    private readonly producer: EventProducer,
    private readonly server: KafkaBatchServer,
    messages: MessagingMetrics,
    readiness: ReadinessRegistry,
    liveness: LivenessRegistry,
  ) {
    readiness.add('postgres', () => database.ping());
    readiness.add('kafka', () => (server.isIdle() || server.hasJoined() ? Promise.resolve() : Promise.reject(new Error('not in the consumer group yet'))));
    liveness.add('kafka', () => server.isLive());
    const outbox = new OutboxGauges(database, options.databaseSchema);
    metrics.beforeScrape('outbox', () => outbox.refresh());
    metrics.beforeScrape('consumer', () => {
      messages.consumerJoined(server.isIdle() ? null : server.isJoined());
      return Promise.resolve();
    });
  }

  onApplicationBootstrap(): void {
    this.database.onCommitted((lanes) => {
      this.relay.wake();
      if (!this.relay.holds(lanes)) this.wakeOthers();
    });
    this.relay.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.server.close();
    // A send that waits for a broker which is away would hold the stop for ever; its rows stay for the next start.
    await Promise.all([this.producer.stop(), this.relay.stop()]);
    await this.database.end();
  }

  /** The holder of a lane is another replica: tell it. One notice at a time; it reads all there is. */
  private wakeOthers(): void {
    this.waking ??= this.database
      .query('select pg_notify($1, $2)', [notifyChannel(this.options.databaseSchema), ''])
      .then(
        () => undefined,
        // The relays poll as well: a lost notice costs half a second.
        () => undefined,
      )
      .finally(() => (this.waking = null));
  }
}

/** Everything a service needs to take part: `Database` for its transactions, `KafkaBatchServer` as its Nest transport, the relay behind them. */
@Global()
@Module({})
export class MessagingModule {
  static forRoot(options: MessagingOptions): DynamicModule {
    const kafka = kafkaClient({
      brokers: options.kafkaBrokers,
      clientId: options.kafkaClientId,
      // Their texts are kafkajs's own and go nowhere; that something was said is counted and logged with its error where it matters.
      log: () => undefined,
    });
    return {
      module: MessagingModule,
      providers: [
        { provide: MESSAGING_OPTIONS, useValue: options },
        MessagingMetrics,
        {
          provide: Database,
          useFactory: () =>
            new Database({
              url: options.databaseUrl,
              schema: options.databaseSchema,
              poolMax: options.databasePoolMax,
              eventSource: `/services/${options.service}`,
              topology: options.topology,
            }),
        },
        { provide: EventProducer, useFactory: (metrics: MessagingMetrics) => new EventProducer(kafka, (error) => metrics.error('publish_failed', error)), inject: [MessagingMetrics] },
        {
          provide: Relay,
          useFactory: (producer: EventProducer, metrics: MessagingMetrics) =>
            new Relay({
              url: options.databaseUrl,
              schema: options.databaseSchema,
              publish: (records) => producer.publish(records),
              report: (event) => metrics.relay(event),
            }),
          inject: [EventProducer, MessagingMetrics],
        },
        {
          provide: KafkaBatchServer,
          useFactory: (database: Database, metrics: MessagingMetrics) =>
            new KafkaBatchServer(kafka, database, options, {
              pipeline: (event) => metrics.pipeline(event),
              error: (event, error) => metrics.error(event, error),
              lag: (topic, partition, messages) => metrics.consumerLag(topic, partition, messages),
              assigned: () => metrics.forgetConsumerLag(),
              fatal: (error) => {
                metrics.error('consumer_ended', error);
                flushLogs();
                process.exit(1);
              },
            }),
          inject: [Database, MessagingMetrics],
        },
        MessagingLifecycle,
      ],
      exports: [Database, Relay, KafkaBatchServer, MESSAGING_OPTIONS],
    };
  }
}
