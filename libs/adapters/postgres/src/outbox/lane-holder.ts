import type { Client } from 'pg';
import { LANES, lockClass } from './lane';

/** The advisory lock that every replica shares: its holders are counted, and each lane's share follows from the count. */
const MEMBERSHIP = LANES;

/**
 * Shares the lanes out among the replicas of a service, through advisory locks of one connection: no table, no clock. Whoever loses
 * the connection has lost its lanes in the same moment, and the others find them free at their next look.
 */
export class LaneHolder {
  private readonly held = new Set<number>();
  private readonly lockClass: number;

  private constructor(
    private readonly client: Client,
    schema: string,
  ) {
    this.lockClass = lockClass(schema);
  }

  /** Joins the replicas of this schema. `client` must be used by nothing else that takes advisory locks. */
  static async join(client: Client, schema: string): Promise<LaneHolder> {
    const holder = new LaneHolder(client, schema);
    await client.query('select pg_advisory_lock_shared($1, $2)', [holder.lockClass, MEMBERSHIP]);
    return holder;
  }

  get lanes(): ReadonlySet<number> {
    return this.held;
  }

  /** Gives back what is more than a fair share and takes what is free up to it. Call it only while nothing is being sent. */
  async balance(): Promise<void> {
    const share = Math.ceil(LANES / Math.max(1, await this.members()));
    for (const lane of [...this.held].slice(share)) {
      await this.client.query('select pg_advisory_unlock($1, $2)', [this.lockClass, lane]);
      this.held.delete(lane);
    }
    // Each replica starts elsewhere, so that several that start together do not all ask for lane 0 first.
    const start = process.pid % LANES;
    for (let i = 0; i < LANES && this.held.size < share; i++) {
      const lane = (start + i) % LANES;
      if (this.held.has(lane)) continue;
      const { rows } = await this.client.query<{ taken: boolean }>('select pg_try_advisory_lock($1, $2) as taken', [this.lockClass, lane]);
      if (rows[0]?.taken === true) this.held.add(lane);
    }
  }

  private async members(): Promise<number> {
    const { rows } = await this.client.query<{ members: number }>(
      `select count(*)::int as members from pg_locks
       where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())
         and classid = $1::bigint::oid and objid = $2::bigint::oid and mode = 'ShareLock' and granted`,
      [this.lockClass, MEMBERSHIP],
    );
    return rows[0]?.members ?? 1;
  }
}
