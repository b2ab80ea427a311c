import type { RelayEvent } from '@assent/postgres';
import { logFor, metrics } from '@assent/platform';
import { Injectable } from '@nestjs/common';
import type { PipelineEvent } from './batch-pipeline';

const log = logFor('messaging');

/** What operators see of the messages: counted always, logged where somebody may have to act. */
@Injectable()
export class MessagingMetrics {
  private readonly handled = metrics.counter('assent_messages_handled_total', 'Messages whose effects were committed.');
  private readonly batches = metrics.histogram('assent_batch_seconds', 'Time from the start of a batch to its commit.');
  private readonly batchSize = metrics.histogram('assent_batch_messages', 'Messages in a batch.', [], [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]);
  private readonly duplicates = metrics.counter('assent_messages_duplicate_total', 'Redelivered messages that had no effect.', ['topic']);
  private readonly skipped = metrics.counter('assent_messages_skipped_total', 'Unusable messages that another service dead-letters.', ['topic', 'code']);
  private readonly deadLettered = metrics.counter('assent_dead_letters_total', 'Messages that were dead-lettered.', ['topic', 'code']);
  private readonly blocked = metrics.counter('assent_batches_blocked_total', 'Batches that wait for infrastructure.');
  private readonly failed = metrics.counter('assent_batches_failed_total', 'Batches that failed for an unknown reason and are taken apart.');
  private readonly published = metrics.counter('assent_outbox_published_total', 'Messages that the broker acknowledged.');
  private readonly lanes = metrics.gauge('assent_outbox_lanes', 'Lanes of the outbox that this replica publishes.');
  private readonly parked = metrics.counter('assent_outbox_parked_total', 'Messages that the broker refuses for good; an operator must look.', ['topic']);
  private readonly lag = metrics.gauge('assent_consumer_lag', 'Messages of a partition that were not handled when this replica last looked at it.', ['topic', 'partition']);
  private readonly joined = metrics.gauge('assent_consumer_joined', '1 while this replica is in its consumer group.');
  private readonly errors = metrics.counter('assent_messaging_errors_total', 'Errors of broker and database connections, which heal by themselves.');

  pipeline(event: PipelineEvent): void {
    switch (event.kind) {
      case 'handled':
        this.handled.inc(event.messages);
        this.batches.observe(event.seconds);
        this.batchSize.observe(event.messages);
        return;
      case 'duplicate':
        this.duplicates.inc({ topic: event.topic });
        return;
      case 'skipped':
        this.skipped.inc({ topic: event.topic, code: event.code });
        return;
      case 'dead-lettered':
        this.deadLettered.inc({ topic: event.topic, code: event.code });
        log.warn('message dead-lettered', { topic: event.topic, code: event.code, partition: event.partition, offset: event.offset });
        return;
      case 'blocked':
        this.blocked.inc();
        log.warn('waiting for infrastructure', { error: event.error });
        return;
      case 'failed':
        this.failed.inc();
        log.error('a batch failed and is taken apart', { count: event.messages, error: event.error });
        return;
    }
  }

  /** Seen with every fetched batch: before its work, and after it. */
  consumerLag(topic: string, partition: number, messages: number): void {
    this.lag.set({ topic, partition }, messages);
  }

  /** The partitions have been shared out anew: what was known of them is somebody else's to say. */
  forgetConsumerLag(): void {
    this.lag.reset();
  }

  /** Null where the service has no consumer: then there is nothing to be worried about. */
  consumerJoined(joined: boolean | null): void {
    if (joined === null) this.joined.remove();
    else this.joined.set(joined ? 1 : 0);
  }

  relay(event: RelayEvent): void {
    switch (event.kind) {
      case 'published':
        this.published.inc(event.records);
        return;
      case 'lanes':
        this.lanes.set(event.held);
        log.info('outbox lanes held', { count: event.held });
        return;
      case 'failed':
        this.errors.inc();
        log.warn('the relay starts anew', { error: event.error });
        return;
      case 'parked':
        this.parked.inc({ topic: event.topic });
        log.error('the broker refuses a message for good: it is parked in the outbox', { topic: event.topic, error: event.error });
        return;
    }
  }

  /** Something that heals by itself, worth a line all the same. */
  error(event: string, error: unknown): void {
    this.errors.inc();
    log.warn('messaging trouble', { event, error });
  }
}
