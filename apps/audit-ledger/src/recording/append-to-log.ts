import { appendLeaves, type Frontier, frontierFromBytes, frontierToBytes, hashesToBytes, hashToBytes, rootOf } from '@assent/domain-ledger';
import { toRfc3339 } from '@assent/kernel';
import { logFor } from '@assent/platform';
import { bigintArray, byteaArray, type Sql, textArray } from '@assent/postgres';
import type { PreparedLeaf } from './prepared-leaf';

/** Where the log stands, for whoever has its turn. */
export interface LogHead {
  readonly frontier: Frontier;
  /** The database's clock, in milliseconds, when the turn began. */
  readonly nowMs: number;
}

/** "assent ledger" as a number: one writer at a time in one database. */
export const WRITER_LOCK = 0x6c656467;

/**
 * The writer's turn: the advisory lock first, which queues writers cheaply, then the row lock, which also holds against anybody who has not heard of the
 * advisory lock. Both end with the transaction.
 */
const TAKE_TURN = `
  with turn as materialized (select pg_advisory_xact_lock(${WRITER_LOCK}))
  select size, frontier, floor(extract(epoch from clock_timestamp()) * 1000)::bigint as now_ms
  from turn, log_head
  for update of log_head`;

/**
 * Leaves, tree, sealed events and head in one statement. The head moves only from where this writer read it, and only if every place was free: rows beyond the head
 * are none of ours.
 */
const APPEND = `
  with item as (
    select $1::bigint + ordinality - 1 as leaf_index, leaf, gateway, authentication, vendor_session, subject_key_id, sealed
    from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bytea[])
      with ordinality as item (leaf, gateway, authentication, vendor_session, subject_key_id, sealed, ordinality)
  ), leaves as (
    insert into leaf (leaf_index, leaf, recorded_at, gateway, authentication, vendor_session)
    select leaf_index, leaf, $8::timestamptz, gateway, authentication, vendor_session from item
    on conflict do nothing returning 1
  ), tree as (
    insert into tree_segment (first_node, nodes) values ($9::bigint, $10::bytea)
    on conflict do nothing returning 1
  ), events as (
    insert into sealed_event (leaf_index, recorded_at, subject_key_id, sealed)
    select leaf_index, $8::timestamptz, subject_key_id, sealed from item
  )
  update log_head set size = $11::bigint, frontier = $12::bytea, root_hash = $13::bytea
  where size = $1::bigint and (select count(*) from leaves) = $11::bigint - $1::bigint and (select count(*) from tree) = 1`;

/** SQLSTATE data_corrupted counts as an outage: consumers wait for an operator, and no event is set aside for what is not its fault. */
const REFUSE_DAMAGED = "do $$ begin raise exception 'the stored log is damaged' using errcode = 'data_corrupted'; end $$";
const log = logFor('append');

async function refuseDamaged(sql: Sql, reason: 'HEAD_MISSING' | 'HEAD_UNREADABLE' | 'PLACE_TAKEN'): Promise<never> {
  log.error('the stored log is damaged: nothing is appended', { reason });
  await sql.query(REFUSE_DAMAGED);
  throw new Error('unreachable: the statement before raises');
}

export async function takeTurn(sql: Sql): Promise<LogHead> {
  const { rows } = await sql.query<{ size: string; frontier: Buffer; now_ms: string }>(TAKE_TURN);
  const [head] = rows;
  if (head === undefined) return refuseDamaged(sql, 'HEAD_MISSING');
  const frontier = readFrontier(head);
  return frontier === null ? refuseDamaged(sql, 'HEAD_UNREADABLE') : { frontier, nowMs: Number(head.now_ms) };
}

function readFrontier({ size, frontier }: { readonly size: string; readonly frontier: Buffer }): Frontier | null {
  try {
    return frontierFromBytes(Number(size), frontier);
  } catch {
    return null;
  }
}

/** Appends leaves at the end of the log. Indexes have no gaps, since only the holder of the turn gives them. */
export async function appendToLog(sql: Sql, { frontier, nowMs }: LogHead, leaves: readonly PreparedLeaf[]): Promise<Frontier> {
  const appended = appendLeaves(frontier, leaves.map(({ hash }) => hash));
  const { rowCount } = await sql.query(APPEND, [
    frontier.size,
    textArray(leaves.map(({ text }) => text)),
    textArray(leaves.map(({ leaf }) => leaf.gateway)),
    textArray(leaves.map(({ leaf }) => leaf.authentication)),
    textArray(leaves.map(({ vendorSession }) => vendorSession)),
    bigintArray(leaves.map(({ keyId }) => keyId)),
    byteaArray(leaves.map(({ sealed }) => sealed)),
    toRfc3339(nowMs),
    appended.firstNode,
    hashesToBytes(appended.nodes),
    appended.frontier.size,
    frontierToBytes(appended.frontier),
    hashToBytes(rootOf(appended.frontier)),
  ]);
  return rowCount === 1 ? appended.frontier : refuseDamaged(sql, 'PLACE_TAKEN');
}
