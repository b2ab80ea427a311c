import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { logFor } from '@assent/platform';
import { Database } from '@assent/postgres';
import { Quarantine } from './quarantine';

/** Longer than the vendor can send an event again, and the least that the reliability rules ask for. */
export const RETENTION_DAYS = 90;
const BATCH_ROWS = 1_000;
const INTERVAL_MS = 60 * 60 * 1000;
const FIRST_MS = 60 * 1000;

const DELETE_OLD = `
  delete from webhook where receipt_id in (
    select receipt_id from webhook where received_at < now() - make_interval(days => $1) limit $2 for update skip locked
  )`;

const log = logFor('retention');

/** Forgets received webhooks whose time is over, in small steps; any number of replicas may do it at once. */
@Injectable()
export class Retention implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | null = null;
  private stopped = false;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Quarantine) private readonly quarantine: Quarantine,
  ) {}

  onApplicationBootstrap(): void {
    this.again(FIRST_MS);
  }

  onApplicationShutdown(): void {
    this.stopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
  }

  /** Deletes what is due; gives how many rows. */
  async run(): Promise<number> {
    let total = 0;
    for (;;) {
      const { rowCount } = await this.database.query(DELETE_OLD, [RETENTION_DAYS, BATCH_ROWS]);
      total += rowCount;
      if (rowCount < BATCH_ROWS || this.stopped) return total;
    }
  }

  private again(pauseMs: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => void this.turn(), pauseMs);
    this.timer.unref();
  }

  private async turn(): Promise<void> {
    try {
      const count = await this.run();
      await this.quarantine.trim();
      if (count > 0) log.info('old webhooks were deleted', { count });
    } catch (error) {
      log.warn('old webhooks were not deleted', { error });
    }
    this.again(INTERVAL_MS);
  }
}
