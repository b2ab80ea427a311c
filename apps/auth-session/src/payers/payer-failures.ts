import { afterFailure, type BlockPolicy, isPayerBlocked } from '@assent/domain-session';
import { type Sql, textArray, type Tx } from '@assent/postgres';

/** A payer is known by (namespace, payer id): two gateways' `user-42` are two people unless they share a namespace. */
export interface PayerKey {
  readonly namespace: string;
  readonly payerId: string;
}

export const payerKeyText = ({ namespace, payerId }: PayerKey): string => `${namespace}/${payerId}`;

interface FailuresRow {
  readonly namespace: string;
  readonly payer_id: string;
  readonly consecutive: number;
  readonly blocked_until_ms: number | null;
  readonly now_ms: number;
}

const COLUMNS = `payer.namespace, payer.payer_id, payer.consecutive, (extract(epoch FROM payer.blocked_until) * 1000)::float8 AS blocked_until_ms,
  floor(extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now_ms`;
const READ = `SELECT ${COLUMNS} FROM payer_failures AS payer JOIN unnest($1::text[], $2::text[]) AS wanted (namespace, payer_id) USING (namespace, payer_id)`;
const BEGIN = `
  INSERT INTO payer_failures (namespace, payer_id, consecutive)
  SELECT namespace, payer_id, 0 FROM unnest($1::text[], $2::text[]) AS failed (namespace, payer_id) ORDER BY namespace, payer_id
  ON CONFLICT DO NOTHING`;
const LOCK = `${READ} ORDER BY payer.namespace, payer.payer_id FOR UPDATE OF payer`;
const WRITE = `
  UPDATE payer_failures AS payer SET consecutive = new.consecutive, blocked_until = to_timestamp(new.blocked_until_ms / 1000.0), changed_at = clock_timestamp()
    FROM unnest($1::text[], $2::text[], $3::integer[], $4::float8[]) AS new (namespace, payer_id, consecutive, blocked_until_ms)
   WHERE payer.namespace = new.namespace AND payer.payer_id = new.payer_id`;
const FORGET = `
  DELETE FROM payer_failures AS payer USING unnest($1::text[], $2::text[]) AS done (namespace, payer_id)
   WHERE payer.namespace = done.namespace AND payer.payer_id = done.payer_id`;

const columnsOf = (payers: readonly PayerKey[]): [Buffer, Buffer] => [textArray(payers.map(({ namespace }) => namespace)), textArray(payers.map(({ payerId }) => payerId))];

/** The payers among these that may not authenticate now, as {@link payerKeyText}. By the database's clock. */
export async function blockedPayers(sql: Sql, payers: readonly PayerKey[]): Promise<ReadonlySet<string>> {
  if (payers.length === 0) return new Set();
  const { rows } = await sql.query<FailuresRow>(READ, columnsOf(payers));
  const blocked = rows.filter((row) => isPayerBlocked({ consecutive: row.consecutive, blockedUntilMs: row.blocked_until_ms }, row.now_ms));
  return new Set(blocked.map((row) => payerKeyText({ namespace: row.namespace, payerId: row.payer_id })));
}

/** Counts failed authentications, one for each entry, and blocks whom they block. Only ever after the authentications' own rows are locked. */
export async function countFailures(tx: Tx, failed: readonly PayerKey[], policy: BlockPolicy): Promise<void> {
  if (failed.length === 0) return;
  const times = new Map<string, number>();
  for (const payer of failed) times.set(payerKeyText(payer), (times.get(payerKeyText(payer)) ?? 0) + 1);
  const distinct = [...new Map(failed.map((payer) => [payerKeyText(payer), payer])).values()];
  await tx.query(BEGIN, columnsOf(distinct));
  const { rows } = await tx.query<FailuresRow>(LOCK, columnsOf(distinct));
  const after = rows.map((row) => {
    const payer = { namespace: row.namespace, payerId: row.payer_id };
    let failures = { consecutive: row.consecutive, blockedUntilMs: row.blocked_until_ms };
    for (let n = times.get(payerKeyText(payer)) ?? 0; n > 0; n--) failures = afterFailure(failures, policy, row.now_ms);
    return { ...payer, ...failures };
  });
  await tx.query(WRITE, [...columnsOf(after), after.map(({ consecutive }) => consecutive), after.map(({ blockedUntilMs }) => blockedUntilMs)]);
}

/** An approval ends the row of failures. */
export async function forgetFailures(tx: Tx, approved: readonly PayerKey[]): Promise<void> {
  if (approved.length > 0) await tx.query(FORGET, columnsOf(approved));
}
