import type { Money } from '@assent/kernel';
import type { CounterKind, DecisionKind, Share } from '@assent/domain-exemption';
import type { Assurance, Outcome } from '@assent/contracts';
import { type Tx, textArray } from '@assent/postgres';
import { fractionOf } from './fractions';

/** What stands of a decision, for repeating it and for settling its counter. */
export interface Standing {
  readonly requestHash: string;
  readonly decision: DecisionKind;
  readonly exemption: string | null;
  readonly decidedAtMs: number;
  /** Whose counters they are; null where the payment names no instrument, or is none. */
  readonly instrument: { readonly namespace: string; readonly instrumentId: string; readonly currency: string } | null;
  /** The payment's share of a counter; null where it is in none. */
  readonly counted: { readonly kind: CounterKind; readonly share: Share; readonly paid: Money } | null;
  /** Which counter of the instrument an approval resets. */
  readonly resets: CounterKind | null;
}

/** One authentication as this service knows it. Whatever comes first makes it. */
export interface AuthenticationRecord {
  readonly key: string;
  /** Null until the request has come. */
  readonly standing: Standing | null;
  readonly published: number;
  readonly verdict: { readonly outcome: Outcome; readonly assurance: Assurance | null } | null;
  readonly outcomeAtMs: number | null;
}

export interface Locked {
  readonly records: Map<string, AuthenticationRecord>;
  /** The database's clock, in milliseconds: the only one that decides. */
  readonly nowMs: number;
}

const NOW = 'floor(extract(epoch FROM clock_timestamp()) * 1000)::float8';

const MAKE = `INSERT INTO authentication (key) SELECT key FROM unnest($1::text[]) AS key ON CONFLICT DO NOTHING RETURNING key, ${NOW} AS now_ms`;

// Locked row after row in the order asked, which is the same in every transaction: so none of them waits for another in a circle.
const LOCK = `
  SELECT row.*, ${NOW} AS now_ms FROM unnest($1::text[]) WITH ORDINALITY AS wanted (key, place)
  CROSS JOIN LATERAL (
    SELECT key, request_hash, decision, exemption, published, floor(extract(epoch FROM decided_at) * 1000)::float8 AS decided_ms,
           namespace, instrument_id, currency, counter_kind, epoch, share_status, amount::text, amount_over::text, executed::text, executed_over::text,
           paid_minor::text, paid_currency, resets_kind, verdict, assurance, floor(extract(epoch FROM outcome_at) * 1000)::float8 AS outcome_ms
      FROM authentication AS a WHERE a.key = wanted.key FOR NO KEY UPDATE
  ) AS row
  ORDER BY wanted.place`;

interface AuthenticationRow {
  readonly key: string;
  readonly now_ms: number;
  readonly request_hash: string | null;
  readonly decision: DecisionKind | null;
  readonly exemption: string | null;
  readonly published: number;
  readonly decided_ms: number | null;
  readonly namespace: string | null;
  readonly instrument_id: string | null;
  readonly currency: string | null;
  readonly counter_kind: CounterKind | null;
  readonly epoch: number | null;
  readonly share_status: Share['status'] | null;
  readonly amount: string | null;
  readonly amount_over: string | null;
  readonly executed: string | null;
  readonly executed_over: string | null;
  readonly paid_minor: string | null;
  readonly paid_currency: string | null;
  readonly resets_kind: CounterKind | null;
  readonly verdict: Outcome | null;
  readonly assurance: Assurance | null;
  readonly outcome_ms: number | null;
}

const unseen = (key: string): AuthenticationRecord => ({ key, standing: null, published: 0, verdict: null, outcomeAtMs: null });

/**
 * Locks authentications, each made if it is missing, and reads them as they are now.
 * @param expected whether most of them are new (requests) or known (verdicts, outcomes); it only saves a round trip
 */
export async function lockAuthentications(tx: Tx, keys: readonly string[], expected: 'new' | 'known'): Promise<Locked> {
  const wanted = [...new Set(keys)].sort();
  const records = new Map<string, AuthenticationRecord>();
  let nowMs = 0;
  const missing = (): string[] => wanted.filter((key) => !records.has(key));
  const make = async (): Promise<void> => {
    const { rows } = await tx.query<{ key: string; now_ms: number }>(MAKE, [textArray(missing())]);
    for (const row of rows) records.set(row.key, unseen(row.key));
    nowMs = Math.max(nowMs, ...rows.map((row) => row.now_ms));
  };
  const lock = async (): Promise<void> => {
    const { rows } = await tx.query<AuthenticationRow>(LOCK, [textArray(missing())]);
    for (const row of rows) records.set(row.key, recordOf(row));
    nowMs = Math.max(nowMs, ...rows.map((row) => row.now_ms));
  };
  const steps = expected === 'new' ? [make, lock] : [lock, make, lock];
  for (const step of steps) if (missing().length > 0) await step();
  if (missing().length > 0) throw new Error('invariant broken: an authentication that was made is there');
  return { records, nowMs };
}

function recordOf(row: AuthenticationRow): AuthenticationRecord {
  return {
    key: row.key,
    standing: standingOf(row),
    published: row.published,
    verdict: row.verdict === null ? null : { outcome: row.verdict, assurance: row.assurance },
    outcomeAtMs: row.outcome_ms,
  };
}

function standingOf(row: AuthenticationRow): Standing | null {
  if (row.request_hash === null || row.decision === null || row.decided_ms === null) return null;
  const { namespace, instrument_id: instrumentId, currency } = row;
  return {
    requestHash: row.request_hash,
    decision: row.decision,
    exemption: row.exemption,
    decidedAtMs: row.decided_ms,
    instrument: namespace === null || instrumentId === null || currency === null ? null : { namespace, instrumentId, currency },
    counted: countedOf(row),
    resets: row.resets_kind,
  };
}

function countedOf(row: AuthenticationRow): Standing['counted'] {
  const { counter_kind: kind, epoch, share_status: status, amount, amount_over, executed, executed_over, paid_minor, paid_currency } = row;
  if (kind === null || epoch === null || status === null || amount === null || amount_over === null || executed === null || executed_over === null) return null;
  if (paid_minor === null || paid_currency === null) return null;
  const share: Share = { epoch, status, amount: fractionOf(amount, amount_over), executed: fractionOf(executed, executed_over) };
  return { kind, share, paid: { minor: BigInt(paid_minor), currency: paid_currency } };
}

const WRITE = `
  UPDATE authentication AS a
     SET request_hash = new.request_hash, decision = new.decision, exemption = new.exemption, published = new.published::integer,
         decided_at = to_timestamp(new.decided_ms::float8 / 1000),
         namespace = new.namespace, instrument_id = new.instrument_id, currency = new.currency,
         counter_kind = new.counter_kind, epoch = new.epoch::integer, share_status = new.share_status,
         amount = new.amount::numeric, amount_over = new.amount_over::numeric, executed = new.executed::numeric, executed_over = new.executed_over::numeric,
         paid_minor = new.paid_minor::numeric, paid_currency = new.paid_currency, resets_kind = new.resets_kind,
         verdict = new.verdict, assurance = new.assurance, outcome_at = to_timestamp(new.outcome_ms::float8 / 1000)
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],
                $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::text[], $18::text[], $19::text[], $20::text[], $21::text[], $22::text[])
      AS new (key, request_hash, decision, exemption, published, decided_ms, namespace, instrument_id, currency, counter_kind, epoch, share_status,
              amount, amount_over, executed, executed_over, paid_minor, paid_currency, resets_kind, verdict, assurance, outcome_ms)
   WHERE a.key = new.key`;

/** Writes authentications that this transaction has locked. */
export async function writeAuthentications(tx: Tx, records: readonly AuthenticationRecord[]): Promise<void> {
  if (records.length === 0) return;
  const column = (read: (record: AuthenticationRecord) => string | number | bigint | null | undefined): Buffer =>
    textArray(records.map((record) => read(record)?.toString() ?? null));
  const { rowCount } = await tx.query(WRITE, [
    column(({ key }) => key),
    column(({ standing }) => standing?.requestHash),
    column(({ standing }) => standing?.decision),
    column(({ standing }) => standing?.exemption),
    column(({ published }) => published),
    column(({ standing }) => standing?.decidedAtMs),
    column(({ standing }) => standing?.instrument?.namespace),
    column(({ standing }) => standing?.instrument?.instrumentId),
    column(({ standing }) => standing?.instrument?.currency),
    column(({ standing }) => standing?.counted?.kind),
    column(({ standing }) => standing?.counted?.share.epoch),
    column(({ standing }) => standing?.counted?.share.status),
    column(({ standing }) => standing?.counted?.share.amount.numerator),
    column(({ standing }) => standing?.counted?.share.amount.denominator),
    column(({ standing }) => standing?.counted?.share.executed.numerator),
    column(({ standing }) => standing?.counted?.share.executed.denominator),
    column(({ standing }) => standing?.counted?.paid.minor),
    column(({ standing }) => standing?.counted?.paid.currency),
    column(({ standing }) => standing?.resets),
    column(({ verdict }) => verdict?.outcome),
    column(({ verdict }) => verdict?.assurance),
    column(({ outcomeAtMs }) => outcomeAtMs),
  ]);
  if (rowCount !== records.length) throw new Error('invariant broken: an authentication that is written was locked before');
}
