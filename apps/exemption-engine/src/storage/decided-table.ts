import type { ScaDecidedV1 } from '@assent/contracts';
import { type Tx, textArray } from '@assent/postgres';

/** The published bodies of decisions, by key. Written once, and read only to say them again. */
export async function keepDecided(tx: Tx, bodies: ReadonlyMap<string, ScaDecidedV1>): Promise<void> {
  if (bodies.size === 0) return;
  const texts = [...bodies.values()].map((body) => JSON.stringify(body));
  await tx.query('INSERT INTO decided (key, body) SELECT * FROM unnest($1::text[], $2::text[])', [textArray([...bodies.keys()]), textArray(texts)]);
}

export async function readDecided(tx: Tx, keys: readonly string[]): Promise<Map<string, ScaDecidedV1>> {
  if (keys.length === 0) return new Map();
  const { rows } = await tx.query<{ key: string; body: string }>('SELECT key, body FROM decided WHERE key = ANY ($1::text[])', [textArray(keys)]);
  return new Map(rows.map(({ key, body }) => [key, JSON.parse(body) as ScaDecidedV1]));
}
