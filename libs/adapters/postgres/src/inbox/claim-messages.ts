import { byteaArray, smallintArray, textArray } from '../binary-array';
import type { Sql } from '../sql';

/** What identifies a message, and a hash of its bytes: the same identity with other bytes is another message in disguise. */
export interface MessageIdentity {
  readonly id: string;
  readonly source: string;
  readonly redrive: number;
  readonly bodyHash: Buffer;
}

/** `new`: this transaction is the one that acts on it. `duplicate`: it has been acted on. `reused`: its id was, with other bytes. */
export type Claim = 'new' | 'duplicate' | 'reused';

const INSERT = `
  insert into inbox (id, source, redrive, body_hash)
  select * from unnest($1::text[], $2::text[], $3::smallint[], $4::bytea[])
  on conflict do nothing
  returning id, source, redrive`;

const KNOWN = `
  select i.id, i.source, i.redrive, encode(i.body_hash, 'hex') as hash
  from inbox i join unnest($1::text[], $2::text[], $3::smallint[]) as m (id, source, redrive) using (id, source, redrive)`;

type KeyRow = { id: string; source: string; redrive: number };

const identityKey = ({ id, source, redrive }: KeyRow): string => `${id}\n${source}\n${redrive}`;
const byIdentity = (a: MessageIdentity, b: MessageIdentity): number => (identityKey(a) < identityKey(b) ? -1 : 1);

/**
 * Claims messages for this transaction: one row each, and only the first transaction to commit one may act on it.
 * Rows are inserted in one order everywhere, so that two replicas that hold the same messages wait for each other, never in a circle.
 * Answers in the order asked; a message that stands twice in `messages` is `new` once.
 */
export async function claimMessages(sql: Sql, messages: readonly MessageIdentity[]): Promise<Claim[]> {
  const first = new Map<string, MessageIdentity>();
  for (const message of messages) if (!first.has(identityKey(message))) first.set(identityKey(message), message);
  const sorted = [...first.values()].sort(byIdentity);
  const columns = (list: readonly MessageIdentity[]): Buffer[] => [textArray(list.map((m) => m.id)), textArray(list.map((m) => m.source)), smallintArray(list.map((m) => m.redrive))];

  const inserted = await sql.query<KeyRow>(INSERT, [...columns(sorted), byteaArray(sorted.map((m) => m.bodyHash))]);
  const fresh = new Set(inserted.rows.map(identityKey));
  const hashes = new Map(sorted.map((m) => [identityKey(m), m.bodyHash.toString('hex')]));
  const others = sorted.filter((m) => !fresh.has(identityKey(m)));
  if (others.length > 0) {
    const known = await sql.query<KeyRow & { hash: string }>(KNOWN, columns(others));
    for (const row of known.rows) hashes.set(identityKey(row), row.hash);
  }

  return messages.map((message) => {
    const key = identityKey(message);
    if (message.bodyHash.toString('hex') !== hashes.get(key)) return 'reused';
    // Only the first of several in this batch is new; the rest have been acted on by then.
    return fresh.delete(key) ? 'new' : 'duplicate';
  });
}
