import type { Sql } from '../sql';
import { LANES, lockClass, PARKED_LANE } from './lane';

/** How the outbox of a service stands, whichever replica is asked. */
export interface OutboxState {
  /** Seconds since the oldest waiting row of each lane was written, 0 where none waits. `PARKED_LANE` is one of them. */
  readonly oldestSeconds: ReadonlyMap<number, number>;
  /** Processes that share the lanes out among themselves: the running replicas of the service. */
  readonly replicas: number;
}

// One index probe for each lane, however many rows an outage has left.
const OLDEST = `
  select lane, coalesce(extract(epoch from clock_timestamp() - (select created_at from outbox where outbox.lane = lanes.lane::smallint order by seq limit 1)), 0)::float8 as seconds
    from generate_series(${PARKED_LANE}, ${LANES - 1}) as lanes (lane)`;
const REPLICAS = `
  select count(*)::int as replicas from pg_locks
   where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())
     and classid = $1::bigint::oid and objid = ${LANES} and mode = 'ShareLock' and granted`;

export async function outboxState(sql: Sql, schema: string): Promise<OutboxState> {
  const [oldest, replicas] = await Promise.all([
    sql.query<{ lane: number; seconds: number }>(OLDEST),
    sql.query<{ replicas: number }>(REPLICAS, [lockClass(schema)]),
  ]);
  return { oldestSeconds: new Map(oldest.rows.map(({ lane, seconds }) => [lane, Math.max(0, seconds)])), replicas: replicas.rows[0]?.replicas ?? 0 };
}
