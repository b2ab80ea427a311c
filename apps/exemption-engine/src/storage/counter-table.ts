import { type Counter, type CounterKind, EMPTY_COUNTER } from '@assent/domain-exemption';
import { type Tx, textArray } from '@assent/postgres';
import { fractionOf } from './fractions';

/** Which counter: of one instrument, in one namespace, for one kind of payments, in the currency of one regime. */
export interface CounterKey {
  readonly namespace: string;
  readonly instrumentId: string;
  readonly kind: CounterKind;
  readonly currency: string;
}

/** One text for a key. None of its parts has a line end (the contract refuses control characters). */
export const counterId = ({ namespace, instrumentId, kind, currency }: CounterKey): string => `${namespace}\n${instrumentId}\n${kind}\n${currency}`;

interface CounterRow {
  readonly namespace: string;
  readonly instrument_id: string;
  readonly kind: CounterKind;
  readonly currency: string;
  readonly epoch: number;
  readonly committed: string;
  readonly committed_over: string;
  readonly committed_count: number;
  readonly held: string;
  readonly held_over: string;
  readonly held_count: number;
}

const WANTED = 'unnest($1::text[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS wanted (namespace, instrument_id, kind, currency, place)';

const MAKE = `
  INSERT INTO counter (namespace, instrument_id, kind, currency)
  SELECT namespace, instrument_id, kind, currency FROM ${WANTED} ORDER BY place
  ON CONFLICT DO NOTHING`;

// Locked row after row in the order asked, which is the same in every transaction: so none of them waits for another in a circle.
const LOCK = `
  SELECT row.* FROM ${WANTED}
  CROSS JOIN LATERAL (
    SELECT namespace, instrument_id, kind, currency, epoch, committed::text, committed_over::text, committed_count, held::text, held_over::text, held_count
      FROM counter AS c
     WHERE c.namespace = wanted.namespace AND c.instrument_id = wanted.instrument_id AND c.kind = wanted.kind AND c.currency = wanted.currency
       FOR NO KEY UPDATE
  ) AS row
  ORDER BY wanted.place`;

const WRITE = `
  UPDATE counter AS c
     SET epoch = new.epoch::integer, committed = new.committed::numeric, committed_over = new.committed_over::numeric, committed_count = new.committed_count::integer,
         held = new.held::numeric, held_over = new.held_over::numeric, held_count = new.held_count::integer, updated_at = clock_timestamp()
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[])
      AS new (namespace, instrument_id, kind, currency, epoch, committed, committed_over, committed_count, held, held_over, held_count)
   WHERE c.namespace = new.namespace AND c.instrument_id = new.instrument_id AND c.kind = new.kind AND c.currency = new.currency`;

const keyColumns = (keys: readonly CounterKey[]): Buffer[] => [
  textArray(keys.map(({ namespace }) => namespace)),
  textArray(keys.map(({ instrumentId }) => instrumentId)),
  textArray(keys.map(({ kind }) => kind)),
  textArray(keys.map(({ currency }) => currency)),
];

function ordered(keys: readonly CounterKey[]): CounterKey[] {
  const distinct = new Map(keys.map((key) => [counterId(key), key]));
  return [...distinct.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, key]) => key);
}

/** Locks counters, each made if it is missing, and reads them as they are now. One round trip. */
export async function lockCounters(tx: Tx, keys: readonly CounterKey[]): Promise<Map<string, Counter>> {
  if (keys.length === 0) return new Map();
  const columns = keyColumns(ordered(keys));
  // Both leave in one write; the second sees what the first made, and what others made while it waited.
  const [, locked] = await Promise.all([tx.query(MAKE, columns), tx.query<CounterRow>(LOCK, columns)]);
  return new Map(
    locked.rows.map((row) => [
      counterId({ namespace: row.namespace, instrumentId: row.instrument_id, kind: row.kind, currency: row.currency }),
      counterOf(row),
    ]),
  );
}

function counterOf(row: CounterRow): Counter {
  if (row.committed_count === 0 && row.held_count === 0) return { ...EMPTY_COUNTER, epoch: row.epoch };
  return {
    epoch: row.epoch,
    committed: { amount: fractionOf(row.committed, row.committed_over), count: row.committed_count },
    held: { amount: fractionOf(row.held, row.held_over), count: row.held_count },
  };
}

/** Writes counters that this transaction has locked. */
export async function writeCounters(tx: Tx, changed: readonly (readonly [CounterKey, Counter])[]): Promise<void> {
  if (changed.length === 0) return;
  const counters = changed.map(([, counter]) => counter);
  const { rowCount } = await tx.query(WRITE, [
    ...keyColumns(changed.map(([key]) => key)),
    textArray(counters.map(({ epoch }) => String(epoch))),
    textArray(counters.map(({ committed }) => committed.amount.numerator.toString())),
    textArray(counters.map(({ committed }) => committed.amount.denominator.toString())),
    textArray(counters.map(({ committed }) => String(committed.count))),
    textArray(counters.map(({ held }) => held.amount.numerator.toString())),
    textArray(counters.map(({ held }) => held.amount.denominator.toString())),
    textArray(counters.map(({ held }) => String(held.count))),
  ]);
  if (rowCount !== changed.length) throw new Error('invariant broken: a counter that is written was locked before');
}
