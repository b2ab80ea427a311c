import { type Hash, hashFromBytes, HASH_BYTES } from '@assent/domain-ledger';
import { bigintArray, type Sql } from '@assent/postgres';

const NODES = `
  select wanted.place, substring(segment.nodes from ((wanted.place - segment.first_node) * ${HASH_BYTES} + 1)::int for ${HASH_BYTES}) as hash
  from unnest($1::bigint[]) as wanted (place)
  cross join lateral (select first_node, nodes from tree_segment where first_node <= wanted.place order by first_node desc limit 1) as segment`;

/** Tree nodes by their places, all in one query. A node that is not there is left out. */
export async function readNodes(sql: Sql, places: readonly number[]): Promise<ReadonlyMap<number, Hash>> {
  const nodes = new Map<number, Hash>();
  if (places.length === 0) return nodes;
  const { rows } = await sql.query<{ place: string; hash: Buffer }>(NODES, [bigintArray(places.map(String))]);
  for (const { place, hash } of rows) if (hash.length === HASH_BYTES) nodes.set(Number(place), hashFromBytes(hash));
  return nodes;
}
