import { Inject, Injectable } from '@nestjs/common';
import { type RawWebhook, saysTheSame, type VerifiedWebhook, type WebhookEvent } from '@assent/didit';
import { currentTraceparent } from '@assent/platform';
import { byteaArray, Database, GroupCommit, isInfrastructureError, textArray, type Tx } from '@assent/postgres';
import { IngestMetrics } from '../ingest-metrics';
import { PayerPseudonyms } from '../receiving/payer-pseudonyms';
import { type Receipt, receiptEvent } from '../receiving/receipt-event';
import { Quarantine } from './quarantine';
import { type QuarantineEntry, writeQuarantine } from './quarantine-entry';

export interface Arrival {
  readonly webhook: VerifiedWebhook;
  readonly event: WebhookEvent;
  readonly raw: RawWebhook;
  readonly destination: string;
}

export type Storing =
  | { readonly kind: 'stored'; readonly receiptId: string }
  /** The event is on disk already, from an earlier delivery that said the same. */
  | { readonly kind: 'duplicate' }
  /** Its id is taken by an event that says something else. */
  | { readonly kind: 'conflict' };

type Settled = { readonly ok: true; readonly value: Storing } | { readonly ok: false; readonly error: unknown };
type Waiting = Arrival & { readonly key: string; readonly traceparent: string };

const BATCH_MAX = 200;
const QUEUE_MAX = 2_000;

const INSERT = `
  insert into webhook (event_key, event_type, vendor_session_id, destination, is_test, dispatched_at, verified_by, signature, body, body_sha256)
  select event_key, event_type, vendor_session_id, destination, is_test::boolean, dispatched_at::timestamptz, verified_by, signature, body, body_sha256
  from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bytea[], $10::bytea[])
    as arrival (event_key, event_type, vendor_session_id, destination, is_test, dispatched_at, verified_by, signature, body, body_sha256)
  on conflict (event_key) do nothing
  returning event_key, receipt_id::text, received_at`;

const STORED = 'select event_key, body from webhook where event_key = any($1::text[])';

/**
 * Stores verified webhooks and publishes `didit.event` in the same transaction, many arrivals at once. An arrival is answered when its row is on disk:
 * a crash before that leaves it to the vendor's retry, a crash after it leaves the event to the outbox.
 */
@Injectable()
export class Receipts {
  private readonly group: GroupCommit<Waiting, Settled>;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Quarantine) private readonly quarantine: Quarantine,
    @Inject(PayerPseudonyms) private readonly payers: PayerPseudonyms,
    @Inject(IngestMetrics) private readonly metrics: IngestMetrics,
  ) {
    this.group = new GroupCommit((batch) => this.storeBatch(batch), { batchMax: BATCH_MAX, queueMax: QUEUE_MAX });
    metrics.watchQueue(() => this.group.depth);
  }

  /**
   * Resolves once the answer is durable.
   * @throws QueueFull where more wait than can be stored; infrastructure errors where the database is away
   */
  async store(arrival: Arrival): Promise<Storing> {
    const settled = await this.group.submit({ ...arrival, key: eventKey(arrival.event), traceparent: currentTraceparent() });
    if (!settled.ok) throw settled.error;
    return settled.value;
  }

  private async storeBatch(batch: Waiting[]): Promise<Settled[]> {
    const startedAt = performance.now();
    try {
      const stored = await this.storeTogether(batch);
      this.metrics.batchStored(batch.length, (performance.now() - startedAt) / 1000);
      return stored.map((value) => ({ ok: true, value }));
    } catch (error) {
      if (isInfrastructureError(error) || batch.length === 1) return batch.map(() => ({ ok: false, error }));
    }
    // One of them is at fault, and the others must not wait for the vendor's next attempt.
    const alone: Settled[] = [];
    for (const arrival of batch) alone.push(...(await this.storeBatch([arrival])));
    return alone;
  }

  private async storeTogether(batch: readonly Waiting[]): Promise<Storing[]> {
    const refused: QuarantineEntry[] = [];
    const stored = await this.database.transaction(async (tx) => {
      refused.length = 0;
      const candidates = firstOfEachKey(batch);
      const receipts = await this.insert(tx, [...candidates.values()]);
      const known = await bodiesOf(tx, [...candidates.keys()].filter((key) => !receipts.has(key)));
      const answers = batch.map((arrival) => answerTo(arrival, candidates, receipts, known));
      batch.forEach((arrival, i) => {
        if (answers[i]?.kind === 'conflict') refused.push({ reason: 'EVENT_ID_REUSED', destination: arrival.destination, eventKey: arrival.key, raw: arrival.raw });
      });
      if (refused.length > 0) await writeQuarantine(tx, refused);
      return answers;
    }, 'receipt');
    if (refused.length > 0) await this.quarantine.written(refused).catch(() => undefined);
    return stored;
  }

  /** Rows of new events and their messages. Sorted by key, so that two replicas with the same events wait for each other in one order. */
  private async insert(tx: Tx, candidates: readonly Waiting[]): Promise<ReadonlyMap<string, Receipt>> {
    const rows = [...candidates].sort((a, b) => (a.key < b.key ? -1 : 1));
    const inserted = await tx.query<{ event_key: string; receipt_id: string; received_at: Date }>(INSERT, [
      textArray(rows.map(({ key }) => key)),
      textArray(rows.map(({ event }) => event.type)),
      textArray(rows.map(({ event }) => event.sessionId)),
      textArray(rows.map(({ destination }) => destination)),
      textArray(rows.map(({ event }) => String(event.isTest))),
      textArray(rows.map(({ event }) => new Date(event.dispatchedAtSeconds * 1000).toISOString())),
      textArray(rows.map(({ event }) => event.verifiedBy)),
      textArray(rows.map(({ webhook }) => webhook.signature)),
      byteaArray(rows.map(({ webhook }) => webhook.body)),
      byteaArray(rows.map(({ event }) => Buffer.from(event.bodySha256, 'hex'))),
    ]);
    const receipts = new Map(inserted.rows.map((row) => [row.event_key, { receiptId: row.receipt_id, receivedAt: row.received_at }]));
    for (const { key, event, traceparent } of candidates) {
      const receipt = receipts.get(key);
      if (receipt === undefined) continue;
      const message = receiptEvent(event, receipt, this.payers.subjectRefOf(event.vendorData), traceparent);
      if (message === null) this.metrics.unpublished(event.isTest ? 'test' : 'no_session');
      else tx.publish(message);
    }
    return receipts;
  }
}

/** Console tests never take the place of a real event: their mark is a header that nobody signed. */
const eventKey = (event: WebhookEvent): string => (event.isTest ? `test:${event.eventId}` : event.eventId);

function firstOfEachKey(batch: readonly Waiting[]): ReadonlyMap<string, Waiting> {
  const first = new Map<string, Waiting>();
  for (const arrival of batch) if (!first.has(arrival.key)) first.set(arrival.key, arrival);
  return first;
}

async function bodiesOf(tx: Tx, keys: readonly string[]): Promise<ReadonlyMap<string, Buffer>> {
  if (keys.length === 0) return new Map();
  const { rows } = await tx.query<{ event_key: string; body: Buffer }>(STORED, [textArray(keys)]);
  return new Map(rows.map(({ event_key, body }) => [event_key, body]));
}

function answerTo(arrival: Waiting, candidates: ReadonlyMap<string, Waiting>, receipts: ReadonlyMap<string, Receipt>, known: ReadonlyMap<string, Buffer>): Storing {
  const receipt = receipts.get(arrival.key);
  const candidate = candidates.get(arrival.key);
  if (receipt !== undefined && candidate === arrival) return { kind: 'stored', receiptId: receipt.receiptId };
  const first = receipt === undefined ? known.get(arrival.key) : candidate?.webhook.body;
  // Without the first one's bytes (its time was over between two statements) nothing can be said against this one.
  return first === undefined || saysTheSame(first, arrival.webhook.body) ? { kind: 'duplicate' } : { kind: 'conflict' };
}
