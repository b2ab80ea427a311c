import { Inject, Injectable } from '@nestjs/common';
import { Metrics } from '@assent/platform';
import type { Refusal } from './receiving/refusals';

/** What an operator watches: webhooks taken, known, refused and lost for want of storage. Labels are closed sets. */
@Injectable()
export class IngestMetrics {
  private readonly metrics: Metrics;
  private readonly received;
  private readonly refusals;
  private readonly silent;
  private readonly unstored;
  private readonly overflow;
  private readonly trimmed;
  private readonly seconds;
  private readonly sizes;

  constructor(@Inject(Metrics) metrics: Metrics) {
    this.metrics = metrics;
    this.received = metrics.counter('webhooks_received_total', 'Verified webhooks by what became of them', ['outcome']);
    this.refusals = metrics.counter('webhooks_refused_total', 'Webhooks that were refused, by reason', ['reason']);
    this.silent = metrics.counter('webhooks_unpublished_total', 'Stored webhooks that say nothing of a session of ours', ['reason']);
    this.unstored = metrics.counter('webhooks_unstored_total', 'Webhooks answered 503 since they could not be stored', ['reason']);
    this.overflow = metrics.counter('webhook_quarantine_overflow_total', 'Refused webhooks that were not kept, since too many waited');
    this.trimmed = metrics.counter('webhook_quarantine_trimmed_total', 'Refused webhooks that were deleted to stay within the caps');
    this.seconds = metrics.histogram('webhook_store_seconds', 'From the first statement of a batch to its commit');
    this.sizes = metrics.histogram('webhook_store_batch_size', 'Webhooks stored in one transaction', [], [1, 2, 5, 10, 20, 50, 100, 200]);
  }

  accepted(outcome: 'stored' | 'duplicate'): void {
    this.received.inc({ outcome });
  }

  refused(reason: Refusal): void {
    this.refusals.inc({ reason });
  }

  unpublished(reason: 'test' | 'no_session'): void {
    this.silent.inc({ reason });
  }

  notStored(reason: 'queue_full' | 'database'): void {
    this.unstored.inc({ reason });
  }

  quarantineOverflow(): void {
    this.overflow.inc();
  }

  quarantineTrimmed(rows: number): void {
    this.trimmed.inc(rows);
  }

  batchStored(size: number, seconds: number): void {
    this.sizes.observe(size);
    this.seconds.observe(seconds);
  }

  watchQueue(depth: () => number): void {
    const gauge = this.metrics.gauge('webhook_store_waiting', 'Verified webhooks that wait to be stored');
    Object.assign(gauge, { collect: () => gauge.set(depth()) });
  }
}
