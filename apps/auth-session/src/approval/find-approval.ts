import type { Sql } from '@assent/postgres';

/** The authentication that a link belongs to, or null. Looked up by the hash of its token, which is all that is stored. */
export async function keyOfLink(sql: Sql, tokenHash: Buffer): Promise<string | null> {
  const { rows } = await sql.query<{ key: string }>('SELECT key FROM authentication WHERE token_hash = $1', [tokenHash]);
  return rows[0]?.key ?? null;
}
