import { Pool } from 'pg';
import type { PeerSettings } from '../settings';

const STATES = ['decided', 'intent', 'hook', 'verdict'] as const;
export type State = (typeof STATES)[number];

/** Every effect has its inbox: a key that is in it was worked on. */
export const BARE_TABLES = [
  ...STATES.flatMap((state) => [`CREATE TABLE inbox_${state} (key text PRIMARY KEY)`, `CREATE TABLE ${state} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key text, value text)`]),
  'CREATE INDEX intent_key ON intent (key)',
  'CREATE TABLE confirmation (key text PRIMARY KEY, shown text, confirmed_at timestamptz DEFAULT now())',
  'CREATE TABLE vendor_session (id text PRIMARY KEY, key text)',
  'CREATE TABLE inbox_leaf (key text PRIMARY KEY)',
  'CREATE TABLE leaf (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key text, hash bytea, value text)',
].join(';');

export const poolOf = ({ databaseUrl }: PeerSettings): Pool => new Pool({ connectionString: databaseUrl, max: 4 });

/** Inbox and state in one statement: a state row only where the inbox row is new. */
export async function insertOnce(pool: Pool, state: State, keys: string[], values: string[]): Promise<void> {
  const text = `WITH fresh AS (INSERT INTO inbox_${state} SELECT unnest($1::text[]) ON CONFLICT DO NOTHING RETURNING key)
    INSERT INTO ${state} (key, value) SELECT row.key, row.value FROM unnest($1::text[], $2::text[]) AS row (key, value) JOIN fresh USING (key)`;
  await pool.query({ name: `insert ${state}`, text, values: [keys, values] });
}

export async function insertLeaves(pool: Pool, keys: string[], hashes: Buffer[], values: string[]): Promise<void> {
  const text = `WITH fresh AS (INSERT INTO inbox_leaf SELECT unnest($1::text[]) ON CONFLICT DO NOTHING RETURNING key)
    INSERT INTO leaf (key, hash, value) SELECT row.key, row.hash, row.value FROM unnest($1::text[], $2::bytea[], $3::text[]) AS row (key, hash, value) JOIN fresh USING (key)`;
  await pool.query({ name: 'insert leaves', text, values: [keys, hashes, values] });
}
