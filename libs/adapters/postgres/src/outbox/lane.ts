import { createHash } from 'node:crypto';

/**
 * Outbox rows are published lane by lane, one send at a time in each, and a key has one lane: so its messages leave in the order in
 * which they were written, and lanes can be shared out among replicas. The number never changes for a running database, since rows
 * of one key would otherwise wait in two lanes.
 */
export const LANES = 16;

/** Rows that the broker refuses for good are set aside here. No relay reads it; `assent status` and a metric show it. */
export const PARKED_LANE = -1;

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** FNV-1a over the key's UTF-16 units: a spread is all that is asked of it, and it costs no allocation. */
export function laneOf(key: string | null): number {
  let hash = FNV_OFFSET;
  const text = key ?? '';
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME);
  return (hash >>> 0) % LANES;
}

/** A number for PostgreSQL's advisory locks, one for each service's schema: locks are shared by all schemas of a database. */
export function lockClass(schema: string): number {
  return createHash('sha256').update(`assent relay ${schema}`).digest().readUInt32BE(0) >>> 1;
}
