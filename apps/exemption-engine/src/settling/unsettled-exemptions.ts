import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { logFor } from '@assent/platform';
import { Database } from '@assent/postgres';
import { ExemptionMetrics } from '../exemption-metrics';

const EVERY_MS = 60_000;
/** More than this is a gateway that reports nothing at all; how much more does not matter, and counting it would cost. */
const COUNTED_MAX = 100_000;

const COUNT = `
  SELECT count(*)::integer AS count
    FROM (SELECT 1 FROM authentication
           WHERE decision = 'EXEMPT' AND outcome_at IS NULL AND decided_at < clock_timestamp() - interval '24 hours'
           LIMIT ${COUNTED_MAX}) AS unsettled`;

const log = logFor('unsettled-exemptions');

/** Counts the exemptions whose gateway has not said within a day what became of them. Their holds stay: a hold has no time limit. */
@Injectable()
export class UnsettledExemptions implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(ExemptionMetrics) private readonly metrics: ExemptionMetrics,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.count().catch((error: unknown) => log.warn('counting failed', { error })), EVERY_MS);
    this.timer.unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  async count(): Promise<number> {
    const { rows } = await this.database.query<{ count: number }>(COUNT);
    const count = rows[0]?.count ?? 0;
    this.metrics.unsettledExemptions(count);
    return count;
  }
}
