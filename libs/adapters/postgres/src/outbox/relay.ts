import { setTimeout as delay } from 'node:timers/promises';
import type { OutboundRecord } from '@assent/contracts';
import { failpoint } from '@assent/platform';
import { Client } from 'pg';
import { bigintArray, smallintArray } from '../binary-array';
import { PARKED_LANE } from './lane';
import { LaneHolder } from './lane-holder';
import { recordOf } from './write-outbox';

/** The broker will never take this batch (too large, not allowed): trying again is no cure. */
export class RefusedForGood extends Error {
  override readonly name = 'RefusedForGood';
}

export interface RelayOptions {
  readonly url: string;
  readonly schema: string;
  /** Sends a batch and resolves once the broker has it on all in-sync replicas. Rejects with `RefusedForGood`, or with anything else to be asked again. */
  readonly publish: (records: readonly OutboundRecord[]) => Promise<void>;
  readonly report: (event: RelayEvent) => void;
  /** Wakes the relays of other replicas; called with the lanes that this one does not hold. */
  readonly pollMs?: number;
}

export type RelayEvent =
  | { readonly kind: 'published'; readonly records: number }
  | { readonly kind: 'lanes'; readonly held: number }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'parked'; readonly topic: string; readonly error: unknown };

interface OutboxRow {
  readonly seq: string;
  readonly topic: string;
  readonly key: string | null;
  readonly headers: string;
  readonly value: string | null;
  readonly encoding: 0 | 1;
}

const ROWS_MAX = 1000;
/** One produce request may put all of a batch into one partition, whose record batch the broker bounds at 1 MiB. */
const BYTES_MAX = 700_000;
const BALANCE_EVERY_MS = 1000;
const POLL_MS = 500;
const RETRY_MS = 250;

const READ = 'select seq, topic, key, headers, value, encoding from outbox where lane = any($1::smallint[]) order by seq limit $2';
const REMOVE = 'delete from outbox where seq = any($1::bigint[])';
const PARK = `update outbox set lane = ${PARKED_LANE} where seq = $1`;

/**
 * Publishes committed outbox rows, in order within each lane, at least once. One of these runs in every replica; a lane has one
 * holder at a time (`LaneHolder`). It reads what is there and not "what is newer than the last": sequence values become visible out
 * of order, and a cursor would step over the late ones. Rows are removed after the broker's acknowledgement; a crash in between
 * sends them twice, and the consumers' inboxes absorb that.
 */
export class Relay {
  private running = false;
  private woken = true;
  private wakeUp: () => void = () => undefined;
  private loop: Promise<void> = Promise.resolve();
  private lanes: ReadonlySet<number> = new Set();

  constructor(private readonly options: RelayOptions) {}

  start(): void {
    this.running = true;
    this.loop = this.run();
  }

  /** Something was committed. Cheap: call it after every commit. */
  wake(): void {
    this.woken = true;
    this.wakeUp();
  }

  /** Whether all these lanes are this replica's own: then nobody else needs waking. */
  holds(lanes: ReadonlySet<number>): boolean {
    return lanes.isSubsetOf(this.lanes);
  }

  /** Ends after the send that is under way. What is left waits for the next relay. */
  async stop(): Promise<void> {
    this.running = false;
    this.wakeUp();
    await this.loop;
  }

  private async run(): Promise<void> {
    while (this.running) {
      const client = new Client({
        connectionString: this.options.url,
        application_name: `assent relay ${this.options.schema}`,
        connectionTimeoutMillis: 3000,
        query_timeout: 15_000,
        keepAlive: true,
        // Rows are removed without waiting for the disk: after a crash some are sent again, which is allowed.
        options: `-c search_path=${this.options.schema} -c synchronous_commit=off -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3`,
      });
      let lost: Error | undefined;
      client.on('error', (error) => {
        lost = error;
        this.wakeUp();
      });
      client.on('notification', () => this.wake());
      try {
        await client.connect();
        await client.query(`listen ${notifyChannel(this.options.schema)}`);
        const holder = await LaneHolder.join(client, this.options.schema);
        await this.relay(client, holder, () => lost);
      } catch (error) {
        this.options.report({ kind: 'failed', error });
      }
      this.lanes = new Set();
      await client.end().catch(() => undefined);
      await this.pause(RETRY_MS);
    }
  }

  private async relay(client: Client, holder: LaneHolder, lost: () => Error | undefined): Promise<void> {
    let balancedAt = 0;
    while (this.running) {
      const failure = lost();
      if (failure !== undefined) throw failure;
      if (Date.now() - balancedAt >= BALANCE_EVERY_MS) {
        await holder.balance();
        balancedAt = Date.now();
        if (holder.lanes.size !== this.lanes.size) this.options.report({ kind: 'lanes', held: holder.lanes.size });
        this.lanes = new Set(holder.lanes);
      }
      this.woken = false;
      const rows = await this.read(client, holder.lanes);
      if (rows.length > 0) await this.send(client, rows);
      else if (!this.wasWoken()) await this.pause(this.options.pollMs ?? POLL_MS);
    }
  }

  /** Through a method: the flag changes while the loop waits for the database, which a type checker cannot see. */
  private wasWoken(): boolean {
    return this.woken;
  }

  private async read(client: Client, lanes: ReadonlySet<number>): Promise<OutboxRow[]> {
    if (lanes.size === 0) return [];
    const { rows } = await client.query<OutboxRow>({ name: 'outbox-read', text: READ, values: [smallintArray([...lanes]), ROWS_MAX] });
    return withinBytes(rows);
  }

  private async send(client: Client, rows: readonly OutboxRow[]): Promise<void> {
    failpoint('relay', 'before-publish');
    try {
      await this.options.publish(rows.map((row) => recordOf(row.topic, row)));
    } catch (error) {
      if (!(error instanceof RefusedForGood)) throw error;
      const [row] = rows;
      if (rows.length > 1) {
        // Halves until the one that is refused stands alone.
        const half = Math.ceil(rows.length / 2);
        await this.send(client, rows.slice(0, half));
        await this.send(client, rows.slice(half));
      } else if (row !== undefined) {
        await client.query(PARK, [row.seq]);
        this.options.report({ kind: 'parked', topic: row.topic, error });
      }
      return;
    }
    failpoint('relay', 'after-ack');
    await client.query({ name: 'outbox-remove', text: REMOVE, values: [bigintArray(rows.map((row) => row.seq))] });
    failpoint('relay', 'after-removal');
    this.options.report({ kind: 'published', records: rows.length });
  }

  private async pause(ms: number): Promise<void> {
    const timer = new AbortController();
    await Promise.race([
      delay(ms, undefined, { signal: timer.signal }).catch(() => undefined),
      new Promise<void>((resolve) => {
        this.wakeUp = resolve;
      }),
    ]);
    timer.abort();
    this.wakeUp = () => undefined;
  }
}

/** The channel on which a replica that holds other lanes wakes the holder. */
export const notifyChannel = (schema: string): string => `outbox_${schema}`;

function withinBytes(rows: OutboxRow[]): OutboxRow[] {
  let bytes = 0;
  for (const [i, row] of rows.entries()) {
    bytes += row.headers.length + (row.key?.length ?? 0) + (row.value?.length ?? 0);
    if (bytes > BYTES_MAX && i > 0) return rows.slice(0, i);
  }
  return rows;
}
