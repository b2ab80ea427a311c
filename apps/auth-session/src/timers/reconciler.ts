import { Inject, Injectable, type OnApplicationBootstrap, type BeforeApplicationShutdown } from '@nestjs/common';
import { logFor, metrics } from '@assent/platform';
import { Database } from '@assent/postgres';
import { SETTINGS, type Settings } from '../settings';
import { VendorTasks } from '../vendor/vendor-tasks';
import { countParked, setUnclaimedAside } from '../webhooks/parked-webhooks';
import { databaseTimeMs } from '../authentication/lock-authentications';
import { Ticker } from './ticker';

const log = logFor('reconciler');
const healed = metrics.counter('assent_reconciled_total', 'Vendor sessions that were fetched because nothing was heard of them.');
const parked = metrics.gauge('assent_parked_webhooks', 'Webhooks whose session is not known yet.');
const overdue = metrics.gauge('assent_vendor_tasks_due', 'Vendor calls that are due and not made, of all replicas.');
const overdueAge = metrics.gauge('assent_vendor_task_oldest_seconds', 'How long the oldest of them has been due.');

const PERIOD_MS = 500;
/** Together with the period a bound on the vendor calls that reconciling makes: the vendor allows 600 reads a minute for everything. */
const SESSIONS_MAX = 5;
/** A reviewer takes hours, and the vendor tells. */
const REVIEW_FACTOR = 10;
const HOUSEKEEPING_PERIOD_MS = 30_000;
const UNCLAIMED_BATCH = 200;
/** After so long an Idempotency-Key may name another request. */
const IDEMPOTENCY_DAYS = 7;

// The next look is scattered, so that sessions that fell silent together do not stay together.
const SILENT = `
  WITH silent AS (
    SELECT key, attempt FROM vendor_session
     WHERE state IN ('OPEN', 'IN_REVIEW')
       AND heard_at < clock_timestamp() - (CASE state WHEN 'IN_REVIEW' THEN $2::float8 ELSE 1 END) * $1::float8 * interval '1 second'
     ORDER BY heard_at LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED)
  UPDATE vendor_session AS session SET heard_at = clock_timestamp() + random() * 0.2 * $1::float8 * interval '1 second'
    FROM silent WHERE session.key = silent.key AND session.attempt = silent.attempt
  RETURNING session.vendor_session_id, session.key`;

const OVERDUE = `
  SELECT count(*)::integer AS tasks, coalesce(extract(epoch FROM clock_timestamp() - min(due_at)), 0)::float8 AS seconds
    FROM vendor_task WHERE due_at < clock_timestamp()`;

/** Heals lost webhooks: a session of which nothing was heard for a time is fetched. And sets aside what nobody claimed. */
@Injectable()
export class Reconciler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly tickers = [new Ticker('reconciler', PERIOD_MS, () => this.reconcile()), new Ticker('housekeeping', HOUSEKEEPING_PERIOD_MS, () => this.tidy())];

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(VendorTasks) private readonly tasks: VendorTasks,
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'reconcileAfterSeconds'>,
  ) {}

  onApplicationBootstrap(): void {
    for (const ticker of this.tickers) ticker.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.tickers.map((ticker) => ticker.stop()));
  }

  /** Asks for the decisions of some silent sessions. Never for more at once: the bound is on purpose. */
  async reconcile(): Promise<false> {
    await this.database.transaction(async (tx) => {
      const { rows } = await tx.query<{ vendor_session_id: string; key: string }>(SILENT, [this.settings.reconcileAfterSeconds, REVIEW_FACTOR, SESSIONS_MAX]);
      await this.tasks.want(tx, rows.map((row) => ({ kind: 'FETCH', vendorSessionId: row.vendor_session_id, key: row.key, causeId: null, reportedStatus: null })));
      healed.inc(rows.length);
    });
    return false;
  }

  /** Dead-letters webhooks that nobody claimed, and forgets old keys of REST callers. */
  async tidy(): Promise<boolean> {
    const aside = await this.database.transaction(async (tx) => {
      const nowMs = await databaseTimeMs(tx);
      return setUnclaimedAside(tx, { limit: UNCLAIMED_BATCH, nowMs, service: 'auth-session' });
    });
    if (aside > 0) log.warn('webhooks of unknown sessions set aside', { count: aside });
    parked.set(await countParked(this.database));
    const { rows } = await this.database.query<{ tasks: number; seconds: number }>(OVERDUE);
    overdue.set(rows[0]?.tasks ?? 0);
    overdueAge.set(rows[0]?.seconds ?? 0);
    await this.database.query("DELETE FROM idempotency WHERE created_at < clock_timestamp() - $1::integer * interval '1 day'", [IDEMPOTENCY_DAYS]);
    return aside === UNCLAIMED_BATCH;
  }
}
