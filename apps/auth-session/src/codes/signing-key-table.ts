import type { Sql, Tx } from '@assent/postgres';
import type { NewSigningKey, PublicKey } from './signing-key';

export type SigningKeyState = 'next' | 'current' | 'previous';

export interface StoredSigningKey {
  readonly kid: string;
  readonly state: SigningKeyState;
  readonly publicKey: PublicKey;
  /** Null for the previous key: it only verifies. */
  readonly privateKeySealed: Buffer | null;
  /** How long it has been in this state, in seconds of the database's clock. */
  readonly ageSeconds: number;
}

/** Serialises making and rotating keys over all replicas, until the transaction ends. The lock's name holds the schema: databases may be shared. */
export const lockSigningKeys = (tx: Tx): Promise<unknown> => tx.query(`SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '.signing_key', 0))`);

/** The keys that are not retired: current, next, previous. */
export async function loadSigningKeys(sql: Sql): Promise<StoredSigningKey[]> {
  const { rows } = await sql.query<{ kid: string; state: SigningKeyState; public_key: PublicKey; private_key_sealed: Buffer | null; age: number }>(`
    SELECT kid, state, public_key, private_key_sealed,
           extract(epoch FROM clock_timestamp() - CASE state WHEN 'next' THEN created_at WHEN 'current' THEN activated_at ELSE demoted_at END)::float8 AS age
      FROM signing_key WHERE state <> 'retired'
     ORDER BY array_position(ARRAY['current', 'next', 'previous'], state)`);
  return rows.map((row) => ({ kid: row.kid, state: row.state, publicKey: row.public_key, privateKeySealed: row.private_key_sealed, ageSeconds: row.age }));
}

export async function addSigningKey(tx: Tx, key: NewSigningKey, state: 'current' | 'next'): Promise<void> {
  await tx.query(
    `INSERT INTO signing_key (kid, state, public_key, private_key_sealed, activated_at)
     VALUES ($1, $2, $3::jsonb, $4, CASE WHEN $2 = 'current' THEN clock_timestamp() END)`,
    [key.kid, state, JSON.stringify(key.publicKey), key.privateKeySealed],
  );
}

/** previous → retired, current → previous (its private half destroyed), next → current. In this order: there is one of each at any moment. */
export async function moveSigningKeysOn(tx: Tx): Promise<void> {
  await tx.query(`UPDATE signing_key SET state = 'retired', retired_at = clock_timestamp() WHERE state = 'previous'`);
  await tx.query(`UPDATE signing_key SET state = 'previous', demoted_at = clock_timestamp(), private_key_sealed = NULL WHERE state = 'current'`);
  await tx.query(`UPDATE signing_key SET state = 'current', activated_at = clock_timestamp() WHERE state = 'next'`);
}
