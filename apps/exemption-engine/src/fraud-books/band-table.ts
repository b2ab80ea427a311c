import type { BandState, FraudRate, Quarter } from '@assent/domain-exemption';
import type { Sql, Tx } from '@assent/postgres';

export type BookedInstrument = 'card' | 'credit_transfer';
export const BOOKED_INSTRUMENTS: readonly BookedInstrument[] = ['card', 'credit_transfer'];

/** Whose bands: of one instrument, in the currency of one regime. */
export interface BandsOf {
  readonly namespace: string;
  readonly instrument: BookedInstrument;
  readonly currency: string;
}

export interface ClosedQuarter extends FraudRate {
  readonly quarter: Quarter;
}

export async function readBands(sql: Sql, { namespace, instrument, currency }: BandsOf): Promise<Map<bigint, BandState>> {
  const { rows } = await sql.query<{ threshold: string; state: BandState }>(
    'SELECT threshold::text, state FROM band_state WHERE namespace = $1 AND instrument = $2 AND currency = $3',
    [namespace, instrument, currency],
  );
  return new Map(rows.map(({ threshold, state }) => [BigInt(threshold), state]));
}

export async function writeBand(tx: Tx, { namespace, instrument, currency }: BandsOf, threshold: bigint, state: BandState): Promise<void> {
  await tx.query(
    `INSERT INTO band_state (namespace, instrument, currency, threshold, state) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (namespace, instrument, currency, threshold)
     DO UPDATE SET state = excluded.state, changed_at = CASE WHEN band_state.state = excluded.state THEN band_state.changed_at ELSE clock_timestamp() END`,
    [namespace, instrument, currency, threshold.toString(), state],
  );
}

/** The last quarter that was closed, with its rate; null before the first. */
export async function readLastClosed(sql: Sql, { namespace, instrument, currency }: BandsOf): Promise<ClosedQuarter | null> {
  const { rows } = await sql.query<{ quarter: string; fraud_value: string; total_value: string }>(
    `SELECT quarter, fraud_value::text, total_value::text FROM closed_quarter
      WHERE namespace = $1 AND instrument = $2 AND currency = $3 ORDER BY quarter DESC LIMIT 1`,
    [namespace, instrument, currency],
  );
  const [row] = rows;
  return row === undefined ? null : { quarter: row.quarter, fraudValue: BigInt(row.fraud_value), totalValue: BigInt(row.total_value) };
}

/** False where it was closed before: a quarter is closed once. */
export async function keepClosed(tx: Tx, { namespace, instrument, currency }: BandsOf, { quarter, fraudValue, totalValue }: ClosedQuarter): Promise<boolean> {
  const { rowCount } = await tx.query(
    `INSERT INTO closed_quarter (namespace, instrument, quarter, currency, fraud_value, total_value) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
    [namespace, instrument, quarter, currency, fraudValue.toString(), totalValue.toString()],
  );
  return rowCount === 1;
}

/** One at a time moves the bands of a namespace, until its transaction ends: a closing quarter, or a notification. */
export async function lockBands(tx: Tx, namespace: string): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`bands of ${namespace}`]);
}
