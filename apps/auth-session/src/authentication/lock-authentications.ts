import type { Sql, Tx } from '@assent/postgres';
import type { AuthenticationRecord } from './authentication-record';
import { AUTHENTICATION_COLUMNS, type AuthenticationRow, type CurrentSessionRow, toRecord } from './authentication-row';

/** What a transaction knows of one key after locking it: the record (null: no such row) and the database's time. */
export interface Locked {
  readonly key: string;
  readonly record: AuthenticationRecord | null;
  readonly nowMs: number;
}

// The key's row is locked inside the lateral query, row after row in the order of the keys, so that no two transactions wait for each other.
// A key without a row comes back as well, with the time.
const LOCK = `
  SELECT wanted.key AS wanted_key, floor(extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now_ms, row.*
    FROM unnest($1::text[]) WITH ORDINALITY AS wanted (key, place)
    LEFT JOIN LATERAL (SELECT ${AUTHENTICATION_COLUMNS} FROM authentication WHERE authentication.key = wanted.key FOR NO KEY UPDATE) AS row ON true
   ORDER BY wanted.place`;

// A statement of its own, since it must see what was committed while the first one waited for its locks.
const CURRENT_SESSIONS = `
  SELECT session.key, session.vendor_session_id, session.status, session.vendor_data, session.metadata
    FROM vendor_session AS session JOIN authentication USING (key, vendor_session_id)
   WHERE authentication.key = ANY ($1::text[])`;

type LockedRow = { readonly wanted_key: string; readonly now_ms: number } & (AuthenticationRow | { readonly key: null });

/** Locks authentications in the order of their keys and reads them as they are now. Everything that decides on an authentication goes through here. */
export async function lockAuthentications(tx: Tx, keys: readonly string[]): Promise<Map<string, Locked>> {
  const ordered = [...new Set(keys)].sort();
  if (ordered.length === 0) return new Map();
  // Both leave in one write: the second runs after the first has all its locks.
  const [locked, sessions] = await Promise.all([tx.query<LockedRow>(LOCK, [ordered]), currentSessions(tx, ordered)]);
  return new Map(
    locked.rows.map((row) => {
      const record = row.key === null ? null : toRecord(row, sessions.get(row.key) ?? null);
      return [row.wanted_key, { key: row.wanted_key, nowMs: row.now_ms, record }];
    }),
  );
}

async function currentSessions(sql: Sql, keys: readonly string[]): Promise<Map<string, CurrentSessionRow>> {
  const { rows } = await sql.query<CurrentSessionRow>(CURRENT_SESSIONS, [keys]);
  return new Map(rows.map((row) => [row.key, row]));
}

/** The database's clock, in milliseconds. Rounded down: what is not over yet by this may be over by the statement that writes. */
export async function databaseTimeMs(sql: Sql): Promise<number> {
  const { rows } = await sql.query<{ now_ms: number }>('SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now_ms');
  const [row] = rows;
  if (row === undefined) throw new Error('invariant broken: the database tells the time');
  return row.now_ms;
}
