import { Inject, Injectable } from '@nestjs/common';
import { readWebhookEvent, type RawWebhook, verifyWebhook } from '@assent/didit';
import { QueueFull } from '@assent/postgres';
import { IngestMetrics } from '../ingest-metrics';
import { Quarantine } from '../storage/quarantine';
import { Receipts } from '../storage/receipts';
import { type OwnDeployment, refusedAsForeign } from './only-our-deployment';
import type { Refusal } from './refusals';

export interface ReceiverSettings {
  readonly secrets: readonly string[];
  readonly freshnessSeconds: number;
  readonly own: OwnDeployment;
}
export const RECEIVER_SETTINGS = Symbol('receiver settings');

export type Reception = { readonly kind: 'stored'; readonly receiptId: string } | { readonly kind: 'duplicate' } | { readonly kind: 'refused'; readonly reason: Refusal };

/** One delivery from its bytes to its answer: verified, ours, stored; or refused, counted and set aside. */
@Injectable()
export class Receiver {
  constructor(
    @Inject(RECEIVER_SETTINGS) private readonly settings: ReceiverSettings,
    @Inject(Receipts) private readonly receipts: Receipts,
    @Inject(Quarantine) private readonly quarantine: Quarantine,
    @Inject(IngestMetrics) private readonly metrics: IngestMetrics,
  ) {}

  /**
   * Resolves once what it answers is durable.
   * @throws QueueFull and infrastructure errors: the vendor is told to try again
   */
  async receive(raw: RawWebhook, destination: string, nowMs: number): Promise<Reception> {
    const { secrets, freshnessSeconds, own } = this.settings;
    const verified = verifyWebhook(raw, { secrets, nowMs, freshnessSeconds });
    if (!verified.ok) return this.refuse(verified.error, raw, destination, null);
    const read = readWebhookEvent(verified.value);
    if (!read.ok) return this.refuse(read.error, raw, destination, null);
    const event = read.value;
    // A console test may name whatever it likes: it is kept and goes no further.
    const foreign = event.isTest ? null : refusedAsForeign(event, own);
    if (foreign !== null) return this.refuse(foreign, raw, destination, event.eventId);
    const stored = await this.receipts.store({ webhook: verified.value, event, raw, destination });
    if (stored.kind === 'conflict') {
      this.metrics.refused('EVENT_ID_REUSED');
      return { kind: 'refused', reason: 'EVENT_ID_REUSED' };
    }
    this.metrics.accepted(stored.kind);
    return stored;
  }

  private async refuse(reason: Refusal, raw: RawWebhook, destination: string, eventKey: string | null): Promise<Reception> {
    this.metrics.refused(reason);
    try {
      await this.quarantine.keep({ reason, destination, eventKey, raw });
    } catch (error) {
      if (!(error instanceof QueueFull)) throw error;
      // A flood of refused bodies: the answer stays the same, and what is lost is counted.
      this.metrics.quarantineOverflow();
    }
    return { kind: 'refused', reason };
  }
}
