import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import {
  basisPoints,
  type ClosedBand,
  closeQuarter,
  formatFraction,
  type FraudRate,
  lastComplete,
  type Profile,
  type Quarter,
  quarterAfter,
  quarterOf,
  rateFromBooks,
} from '@assent/domain-exemption';
import { formatMoney } from '@assent/kernel';
import { GatewayRegistry, logFor } from '@assent/platform';
import { Database, type Tx } from '@assent/postgres';
import { publishCompliance } from '../compliance';
import { Policies } from '../policies/policies';
import { BOOKED_INSTRUMENTS, type BandsOf, keepClosed, lockBands, readBands, readLastClosed, writeBand } from './band-table';
import { readBook } from './book-table';
import { SETTLE_MS } from './risk-books';

const EVERY_MS = 60_000;
/** Ten years: a namespace that has been silent for longer starts anew at the last quarter. */
const QUARTERS_MAX = 40;
const log = logFor('quarter-closing');

/**
 * Closes quarters: fixes the rate of Article 19, moves the bands by Article 20, and tells compliance what is due, in one transaction. Every
 * replica tries; a lock of the namespace lets one do it, and what is closed stays closed.
 */
@Injectable()
export class QuarterClosing implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Policies) private readonly policies: Policies,
    @Inject(GatewayRegistry) private readonly gateways: GatewayRegistry,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.closeDue().catch((error: unknown) => log.warn('closing a quarter failed', { error })), EVERY_MS);
    this.timer.unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** Closes every quarter that is over and not closed yet, in order. Answers how many it closed. */
  async closeDue(): Promise<number> {
    const namespaces = new Set(this.gateways.list().map(({ namespace }) => namespace));
    let closed = 0;
    for (const namespace of namespaces) closed += await this.database.transaction((tx) => this.closeNamespace(tx, namespace));
    return closed;
  }

  private async closeNamespace(tx: Tx, namespace: string): Promise<number> {
    await lockBands(tx, namespace);
    const nowMs = await clock(tx);
    const { profile } = (await this.policies.of(tx, [namespace]))(namespace);
    const until = lastComplete(nowMs, SETTLE_MS);
    let closed = 0;
    for (const instrument of BOOKED_INSTRUMENTS) {
      const bands = { namespace, instrument, currency: profile.currency };
      for (const quarter of await dueQuarters(tx, bands, until)) {
        const rate = rateFromBooks(instrument, await readBook(tx, namespace, quarter, profile));
        if (await this.close(tx, bands, profile, quarter, rate, nowMs)) closed++;
      }
    }
    return closed;
  }

  private async close(tx: Tx, of: BandsOf, profile: Profile, quarter: Quarter, rate: FraudRate, nowMs: number): Promise<boolean> {
    if (!(await keepClosed(tx, of, { quarter, ...rate }))) return false;
    const bands = closeQuarter(profile.riskBands[of.instrument], await readBands(tx, of), rate);
    for (const band of bands) {
      await writeBand(tx, of, band.threshold, band.to);
      tell(tx, of, band, quarter, rate, nowMs);
    }
    return true;
  }
}

async function clock(tx: Tx): Promise<number> {
  const { rows } = await tx.query<{ now_ms: number }>('SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now_ms');
  const [row] = rows;
  if (row === undefined) throw new Error('invariant broken: the database knows the time');
  return row.now_ms;
}

/** From the one after the last that was closed, or the first with a payment, up to the last that is complete. */
async function dueQuarters(tx: Tx, of: BandsOf, until: Quarter): Promise<Quarter[]> {
  const last = await readLastClosed(tx, of);
  let quarter = last === null ? await firstQuarter(tx, of.namespace) : quarterAfter(last.quarter);
  const due: Quarter[] = [];
  for (; quarter !== null && quarter <= until; quarter = quarterAfter(quarter)) due.push(quarter);
  return due.slice(-QUARTERS_MAX);
}

async function firstQuarter(tx: Tx, namespace: string): Promise<Quarter | null> {
  const { rows } = await tx.query<{ first_ms: number | null }>(
    `SELECT floor(extract(epoch FROM min(occurred_at)) * 1000)::float8 AS first_ms FROM payment_outcome WHERE namespace = $1 AND kind = 'EXECUTED'`,
    [namespace],
  );
  const first = rows[0]?.first_ms ?? null;
  return first === null ? null : quarterOf(first);
}

/** What Article 20 has somebody do, and each change of state. */
function tell(tx: Tx, of: BandsOf, { threshold, from, to, events }: ClosedBand, quarter: Quarter, rate: FraudRate, occurredAtMs: number): void {
  const { namespace, instrument, currency } = of;
  const points = basisPoints(rate);
  const data = {
    instrument,
    band: formatMoney({ minor: threshold, currency }),
    currency,
    quarter,
    rateBasisPoints: points === null ? null : formatFraction(points, 0),
    from,
    to,
  };
  const publish = (kind: 'BAND_STATE_CHANGED' | 'REPORT_DUE' | 'CEASE_DUE' | 'NOTIFY_DUE'): void => publishCompliance(tx, { namespace, kind, occurredAtMs, data });
  if (from !== to) publish('BAND_STATE_CHANGED');
  if (events.includes('REPORT')) publish('REPORT_DUE');
  if (events.includes('CEASE')) publish('CEASE_DUE');
  // The band may be used again only once the authority has been notified, with evidence.
  if (events.includes('RECOVERED')) publish('NOTIFY_DUE');
}
