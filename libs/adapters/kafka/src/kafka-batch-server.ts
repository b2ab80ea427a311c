import { describeTopic, eventOf, parseRecord, prepareSchemas, type RawRecord, type TopicName, topicsOf } from '@assent/contracts';
import { type CustomTransportStrategy, Server } from '@nestjs/microservices';
import { type Consumer, type EachBatchPayload, type Kafka, KafkaJSError } from 'kafkajs';
import { isObservable, lastValueFrom } from 'rxjs';
import type { BatchHandler } from './batch-context';
import { BatchPipeline, type PipelineEvent } from './batch-pipeline';
import { consumerSettings, HEARTBEAT_MS, PARTITIONS_AT_ONCE, STALLED_AFTER_MS } from './consumer-settings';
import { GROUP } from './event-pattern';
import { headersOf } from './headers-of';
import type { MessagingOptions } from './messaging-options';
import { OffsetCommitter } from './offset-committer';
import type { Parsed } from './parsed-record';
import type { Database } from '@assent/postgres';

export interface ServerReports {
  readonly pipeline: (event: PipelineEvent) => void;
  /** `event`: a code, such as `offset_commit_failed`. */
  readonly error: (event: string, error: unknown) => void;
  /** The consumer has ended for good: the process must end too, so that its supervisor starts it anew. */
  readonly fatal: (error: unknown) => void;
  /** How many messages of a partition are not handled: told with every batch, before its work and after it. */
  readonly lag?: (topic: string, partition: number, messages: number) => void;
  /** The partitions have been shared out anew. */
  readonly assigned?: () => void;
}

const RESTART_MS = 1000;

/**
 * Nest's transport for Kafka, as this product needs it: `@EventPattern('sca.decided')` names a topic of the contract, and the handler
 * takes whole batches inside a transaction. Nest's own Kafka transport handles one message at a time, parses values before anybody
 * sees the bytes, drops what has no handler and stops for good on a TypeError; none of that may happen here.
 */
export class KafkaBatchServer extends Server implements CustomTransportStrategy {
  override propagatesEventHandlerErrors = true;
  private consumer: Consumer | undefined;
  private pipeline: BatchPipeline | undefined;
  private closed = false;
  private joined = false;
  private everJoined = false;
  private idle = true;
  private lastSignAtMs = Date.now();

  constructor(
    private readonly kafka: Kafka,
    private readonly database: Database,
    private readonly options: MessagingOptions,
    private readonly reports: ServerReports,
  ) {
    super();
  }

  /** Calls back at once: a broker that is away must not keep the HTTP side from starting. Readiness tells when it has joined. */
  listen(callback: (error?: unknown) => void): void {
    const handlers = this.batchHandlers();
    this.pipeline = new BatchPipeline({
      database: this.database,
      service: this.options.service,
      handlers,
      deadLetters: new Set(this.options.deadLetters),
      report: this.reports.pipeline,
    });
    this.idle = handlers.size === 0;
    this.lastSignAtMs = Date.now();
    // Compiling a schema takes as long as a thousand messages: not on the first one's time.
    if (this.options.parseDepth === 'full') prepareSchemas([...handlers.keys()].map((name) => eventOf(name).type));
    if (!this.idle) void this.consume([...handlers.keys()], this.pipeline);
    callback();
  }

  /** In the group, with partitions or without. */
  isJoined(): boolean {
    return this.joined;
  }

  /** Has been in the group since the process started. A broker that went away later is no reason to send requests elsewhere: they go on through the outbox. */
  hasJoined(): boolean {
    return this.everJoined;
  }

  /** No handler, hence no consumer: a service that only publishes. */
  isIdle(): boolean {
    return this.idle;
  }

  /** Whether the consumer has given a sign of life lately; false asks for a restart of the process. */
  isLive(): boolean {
    return this.closed || this.idle || Date.now() - this.lastSignAtMs < STALLED_AFTER_MS;
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.pipeline?.stop();
    await this.consumer?.disconnect().catch((error: unknown) => this.reports.error('group_leave_failed', error));
  }

  on(): never {
    throw new Error('this transport has no events to listen to');
  }

  unwrap(): never {
    throw new Error('this transport keeps its client to itself');
  }

  private batchHandlers(): Map<TopicName, BatchHandler> {
    const handlers = new Map<TopicName, BatchHandler>();
    const groups = new Map<string, BatchHandler>();
    for (const [pattern, handler] of this.getHandlers()) {
      const topic = describeTopic(pattern);
      if (topic === null || topic.gatewayId !== null || topic.deadLetter) throw new Error(`@EventPattern('${pattern}') is no topic of the contract`);
      if (handler.isEventHandler !== true) throw new Error(`@MessagePattern('${pattern}'): events are not questions, use @EventPattern`);
      if (handler.next !== undefined) throw new Error(`@EventPattern('${pattern}') stands twice: one handler for a topic`);
      const group: unknown = handler.extras?.[GROUP];
      const shared = typeof group === 'string' ? groups.get(group) : undefined;
      const batchHandler: BatchHandler = shared ?? (async (batch, context) => {
        const answer: unknown = await handler(batch, context);
        if (isObservable(answer)) await lastValueFrom(answer, { defaultValue: undefined });
      });
      handlers.set(topic.name, batchHandler);
      if (typeof group === 'string') groups.set(group, batchHandler);
    }
    return handlers;
  }

  private async consume(names: readonly TopicName[], pipeline: BatchPipeline): Promise<void> {
    while (!this.closed) {
      try {
        await this.start(names, pipeline);
        return;
      } catch (error) {
        // A first start finds no coordinator while the broker makes its own topics; kafkajs calls that final (kafkajs #1445).
        this.reports.error('group_join_failed', error);
        await this.consumer?.disconnect().catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, RESTART_MS));
        this.lastSignAtMs = Date.now();
      }
    }
  }

  private async start(names: readonly TopicName[], pipeline: BatchPipeline): Promise<void> {
    const consumer = this.kafka.consumer(consumerSettings(this.options.groupId, () => !this.closed));
    this.consumer = consumer;
    const committer = new OffsetCommitter(consumer, (error) => this.reports.error('offset_commit_failed', error));
    const begun = new Set<string>();
    this.watch(consumer, begun);
    await consumer.connect();
    await consumer.subscribe({ topics: names.flatMap((name) => topicsOf(name, this.options.topology)), fromBeginning: true });
    if (this.closed) return consumer.disconnect();
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: PARTITIONS_AT_ONCE,
      eachBatch: (payload) => this.eachBatch(payload, pipeline, committer, begun).catch(asRetriable),
    });
  }

  private watch(consumer: Consumer, begun: Set<string>): void {
    const sign = (): void => void (this.lastSignAtMs = Date.now());
    consumer.on(consumer.events.HEARTBEAT, sign);
    consumer.on(consumer.events.FETCH, sign);
    // One that tries and hears nothing is no one that stands still: a restart would not bring the broker back, and would take REST along.
    consumer.on(consumer.events.REQUEST_TIMEOUT, sign);
    consumer.on(consumer.events.GROUP_JOIN, () => {
      sign();
      begun.clear();
      this.joined = true;
      this.everJoined = true;
      this.reports.assigned?.();
    });
    consumer.on(consumer.events.DISCONNECT, () => void (this.joined = false));
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      this.joined = false;
      if (payload.restart) sign();
      this.reports.error('consumer_crashed', payload.error);
      if (!payload.restart && !this.closed) this.reports.fatal(payload.error);
    });
  }

  private async eachBatch(payload: EachBatchPayload, pipeline: BatchPipeline, committer: OffsetCommitter, begun: Set<string>): Promise<void> {
    const { batch } = payload;
    if (!payload.isRunning() || payload.isStale()) return;
    const name = describeTopic(batch.topic)?.name;
    if (name === undefined) throw new Error(`a batch of ${batch.topic}, which nobody subscribed to`);
    const high = BigInt(batch.highWatermark);
    this.reports.lag?.(batch.topic, batch.partition, Number(high - BigInt(batch.firstOffset() ?? batch.highWatermark)));
    const parsed = batch.messages.map((message): Parsed => {
      const record: RawRecord = {
        topic: batch.topic,
        partition: batch.partition,
        offset: message.offset,
        timestamp: Number(message.timestamp),
        key: message.key,
        value: message.value,
        ...headersOf(message.headers),
      };
      return { name, record, result: parseRecord(record, { topology: this.options.topology, knowsGateway: this.options.knowsGateway, depth: this.options.parseDepth }) };
    });

    // A failed heartbeat here is a rebalance; the one after the batch reports it to kafkajs, which then joins anew.
    const beat = setInterval(() => void payload.heartbeat().catch(() => undefined), HEARTBEAT_MS);
    try {
      const partition = `${batch.topic}/${batch.partition}`;
      if (begun.has(partition)) {
        await pipeline.submit(parsed);
      } else {
        await pipeline.submitFirst(parsed);
        begun.add(partition);
      }
    } catch (error) {
      // Only a stopped pipeline rejects. Thrown on, so that nothing of this batch counts as read.
      if (this.closed) return;
      throw error;
    } finally {
      clearInterval(beat);
    }
    payload.resolveOffset(batch.lastOffset());
    committer.note(batch.topic, batch.partition, batch.lastOffset());
    this.reports.lag?.(batch.topic, batch.partition, Number(high - BigInt(batch.lastOffset()) - 1n));
    await payload.heartbeat();
  }
}

/** kafkajs takes a TypeError, RangeError or SyntaxError for the end of the consumer. Whatever went wrong here, reading on is right; its own errors (a rebalance) it must see as they are. */
function asRetriable(error: unknown): never {
  if (error instanceof KafkaJSError) throw error;
  throw new Error('a batch could not be processed', { cause: error });
}
