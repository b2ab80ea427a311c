import { Inject, Injectable } from '@nestjs/common';
import { logFor } from '@assent/platform';
import { Database, GroupCommit } from '@assent/postgres';
import { IngestMetrics } from '../ingest-metrics';
import { isSigned } from '../receiving/refusals';
import { type QuarantineEntry, writeQuarantine } from './quarantine-entry';

export interface QuarantineCaps {
  readonly rowsMax: number;
  readonly bytesMax: number;
}

/** Each for what was signed and for what was not. */
export const QUARANTINE_CAPS = Symbol('quarantine caps');
export const DEFAULT_CAPS: QuarantineCaps = { rowsMax: 5_000, bytesMax: 32 * 1024 * 1024 };

const BATCH_MAX = 50;
const QUEUE_MAX = 200;
/** Share of the caps that may be written before old rows are looked for again: a flood costs one clean-up for many rows. */
const TRIM_SHARE = 16;

const TRIM = `
  delete from quarantine where id in (
    select id from (
      select id, row_number() over newest_first as rows, sum(body_bytes) over newest_first as bytes
      from quarantine where signed = $1
      window newest_first as (order by id desc)
    ) counted
    where rows > $2 or bytes > $3
  )`;

const log = logFor('quarantine');

/** Keeps refused deliveries, bounded in rows and bytes. They can be written by strangers: nothing here may grow without end. */
@Injectable()
export class Quarantine {
  private readonly group: GroupCommit<QuarantineEntry, true>;
  private readonly untrimmed = { rows: 0, bytes: 0 };

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(IngestMetrics) private readonly metrics: IngestMetrics,
    @Inject(QUARANTINE_CAPS) private readonly caps: QuarantineCaps,
  ) {
    this.group = new GroupCommit((batch) => this.write(batch), { batchMax: BATCH_MAX, queueMax: QUEUE_MAX });
  }

  /**
   * Resolves once the delivery is on disk.
   * @throws QueueFull where more wait than can be written; infrastructure errors where the database is away
   */
  async keep(entry: QuarantineEntry): Promise<void> {
    await this.group.submit(entry);
    if (isSigned(entry.reason)) log.warn('a signed delivery was refused', { reason: entry.reason });
  }

  /** Called also for entries that were written within another transaction. */
  async written(entries: readonly QuarantineEntry[]): Promise<void> {
    this.untrimmed.rows += entries.length;
    for (const { raw } of entries) this.untrimmed.bytes += raw.body.length;
    if (this.untrimmed.rows * TRIM_SHARE < this.caps.rowsMax && this.untrimmed.bytes * TRIM_SHARE < this.caps.bytesMax) return;
    this.untrimmed.rows = 0;
    this.untrimmed.bytes = 0;
    await this.trim();
  }

  /** Deletes what is over the caps, oldest first. */
  async trim(): Promise<void> {
    for (const signed of [true, false]) {
      const { rowCount } = await this.database.query(TRIM, [signed, this.caps.rowsMax, this.caps.bytesMax]);
      this.metrics.quarantineTrimmed(rowCount);
    }
  }

  private async write(batch: QuarantineEntry[]): Promise<true[]> {
    await writeQuarantine(this.database, batch);
    // Two replicas may clean up at once and one lose: the next clean-up does its work.
    await this.written(batch).catch((error: unknown) => log.warn('the quarantine was not trimmed', { error }));
    return batch.map(() => true);
  }
}
