import { deadLetter, type InboundEvent, type OutboundRecord, type RawRecord } from '@assent/contracts';
import { byteaArray, type Sql, textArray, type Tx } from '@assent/postgres';

/** A webhook whose session nobody knows is kept for so long; the session's row is written within seconds, if it is ours. */
export const UNCLAIMED_AFTER_MS = 60 * 60_000;

const PARK = `
  INSERT INTO parked_webhook (vendor_session_id, cause_id, topic, partition, "offset", broker_time, message_key, headers, value)
  SELECT vendor_session_id, cause_id, topic, partition, "offset", to_timestamp(broker_ms / 1000.0), message_key, headers::json, value
    FROM unnest($1::text[], $2::text[], $3::text[], $4::integer[], $5::bigint[], $6::float8[], $7::bytea[], $8::text[], $9::bytea[])
         AS webhook (vendor_session_id, cause_id, topic, partition, "offset", broker_ms, message_key, headers, value)`;
const CLAIM = 'DELETE FROM parked_webhook WHERE vendor_session_id = ANY ($1::text[]) RETURNING vendor_session_id, cause_id';
const TAKE_UNCLAIMED = `
  DELETE FROM parked_webhook WHERE id IN (
    SELECT id FROM parked_webhook WHERE parked_at < clock_timestamp() - $1::float8 * interval '1 millisecond' ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED)
  RETURNING topic, partition, "offset", message_key, headers, value,
    (extract(epoch FROM broker_time) * 1000)::float8 AS broker_ms, (extract(epoch FROM parked_at) * 1000)::float8 AS parked_ms`;

interface UnclaimedRow {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly message_key: Buffer | null;
  /** Name and value in base64, in order: headers are bytes. */
  readonly headers: readonly (readonly [string, string])[];
  readonly value: Buffer | null;
  readonly broker_ms: number;
  readonly parked_ms: number;
}

/** Keeps webhooks, byte for byte, until the row of their session is written. Under the lock of the session's id. */
export async function parkWebhooks(tx: Tx, webhooks: readonly { readonly vendorSessionId: string; readonly event: InboundEvent }[]): Promise<void> {
  if (webhooks.length === 0) return;
  const raws = webhooks.map(({ event }) => event.raw);
  await tx.query(PARK, [
    textArray(webhooks.map(({ vendorSessionId }) => vendorSessionId)),
    textArray(webhooks.map(({ event }) => event.id)),
    textArray(raws.map(({ topic }) => topic)),
    raws.map(({ partition }) => partition),
    raws.map(({ offset }) => offset),
    raws.map(({ timestamp }) => timestamp),
    byteaArray(raws.map(({ key }) => key)),
    textArray(raws.map((raw) => JSON.stringify(headersOf(raw)))),
    byteaArray(raws.map(({ value }) => value)),
  ]);
}

/** Takes what is parked for these sessions, in the transaction that makes them known. Each with the id of its message. */
export async function claimParked(tx: Tx, vendorSessionIds: readonly string[]): Promise<{ readonly vendorSessionId: string; readonly causeId: string }[]> {
  if (vendorSessionIds.length === 0) return [];
  const { rows } = await tx.query<{ vendor_session_id: string; cause_id: string }>(CLAIM, [vendorSessionIds]);
  return rows.map((row) => ({ vendorSessionId: row.vendor_session_id, causeId: row.cause_id }));
}

/** Takes webhooks that nobody claimed for an hour and makes dead letters of them. Returns how many. */
export async function setUnclaimedAside(tx: Tx, { limit, nowMs, service }: { readonly limit: number; readonly nowMs: number; readonly service: string }): Promise<number> {
  const { rows } = await tx.query<UnclaimedRow>(TAKE_UNCLAIMED, [UNCLAIMED_AFTER_MS, limit]);
  for (const row of rows) tx.publishRecord(letterOf(row, nowMs, service));
  return rows.length;
}

function letterOf(row: UnclaimedRow, nowMs: number, service: string): OutboundRecord {
  const { topic, partition, offset, message_key: key, value, broker_ms: timestamp } = row;
  const headers = Object.fromEntries(row.headers.map(([name, base64]) => [name, Buffer.from(base64, 'base64')]));
  return deadLetter(
    { topic, partition, offset, timestamp, key, value, headers },
    {
      code: 'WEBHOOK_UNCLAIMED',
      reason: 'vendorSessionId: no session of this deployment has this id after an hour; check that only one deployment uses the Didit application.',
      attempts: 1,
      firstAtMs: row.parked_ms,
      lastAtMs: nowMs,
      service,
    },
  );
}

const headersOf = ({ headers }: RawRecord): [string, string][] => Object.entries(headers).map(([name, value]) => [name, value.toString('base64')]);

/** How many webhooks are parked: a gauge for operators. */
export async function countParked(sql: Sql): Promise<number> {
  const { rows } = await sql.query<{ count: number }>('SELECT count(*)::integer AS count FROM parked_webhook');
  return rows[0]?.count ?? 0;
}
