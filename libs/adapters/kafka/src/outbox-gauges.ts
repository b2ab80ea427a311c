import { setTimeout as delay } from 'node:timers/promises';
import { logFor, metrics } from '@assent/platform';
import { isInfrastructureError, outboxState, type OutboxState, PARKED_LANE, type Sql } from '@assent/postgres';

const log = logFor('outbox');

/** Scrapes may come from several Prometheis and from `assent status`; the outbox is asked at most this often. */
const FRESH_FOR_MS = 5000;
/** A database that does not answer must not hold up the rest of the scrape. */
const ANSWER_WITHIN_MS = 2000;

/** What waits to be published, looked up when somebody asks. While it cannot be known, the figures are absent and not the last ones. */
export class OutboxGauges {
  private readonly oldest = metrics.gauge(
    'assent_outbox_oldest_seconds',
    'Age of the oldest message of a lane that waits to be published; 0 where none waits. Lane parked: refused by the broker for good.',
    ['lane'],
  );
  private readonly replicas = metrics.gauge('assent_replicas', 'Running replicas of the service, as its database sees them.');
  private readAtMs = Number.NEGATIVE_INFINITY;
  private reading: Promise<void> | null = null;

  constructor(
    private readonly database: Sql,
    private readonly schema: string,
  ) {}

  /** To be called before a scrape. */
  async refresh(): Promise<void> {
    if (performance.now() - this.readAtMs < FRESH_FOR_MS) return;
    this.reading ??= this.read().finally(() => (this.reading = null));
    const timer = new AbortController();
    const late = delay(ANSWER_WITHIN_MS, true, { signal: timer.signal, ref: false }).catch(() => false);
    const isLate = await Promise.race([this.reading.then(() => false), late]);
    timer.abort();
    if (isLate) this.forget();
  }

  private async read(): Promise<void> {
    try {
      this.show(await outboxState(this.database, this.schema));
      this.readAtMs = performance.now();
    } catch (error) {
      // Readiness says what is wrong with the database; anything else is a bug, and would hide as "nothing is known".
      if (!isInfrastructureError(error)) log.error('the outbox cannot be measured', { error });
      this.forget();
    }
  }

  private show({ oldestSeconds, replicas }: OutboxState): void {
    for (const [lane, seconds] of oldestSeconds) this.oldest.set({ lane: lane === PARKED_LANE ? 'parked' : String(lane) }, seconds);
    this.replicas.set(replicas);
  }

  private forget(): void {
    this.oldest.reset();
    this.replicas.remove();
  }
}
