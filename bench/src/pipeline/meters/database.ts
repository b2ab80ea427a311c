import { setTimeout as delay } from 'node:timers/promises';
import { type Engines, withDatabase } from '../engines';

export interface DatabaseCounts {
  readonly commits: number;
  readonly walFsyncs: number;
  readonly walBytes: number;
}

/** Backends hand in their counts at most once a second, so a reading waits for that; an idle one may keep its last few. */
const HANDED_IN_MS = 1500;

export async function databaseCounts({ adminUrl }: Engines, database: string): Promise<DatabaseCounts> {
  await delay(HANDED_IN_MS);
  return withDatabase(adminUrl, 'postgres', async (client) => {
    const { rows } = await client.query<{ commits: string; fsyncs: string; bytes: string }>(
      `SELECT (SELECT xact_commit FROM pg_stat_database WHERE datname = $1) AS commits,
              (SELECT coalesce(sum(fsyncs), 0) FROM pg_stat_io WHERE object = 'wal') AS fsyncs, (SELECT wal_bytes FROM pg_stat_wal) AS bytes`,
      [database],
    );
    return { commits: Number(rows[0]?.commits), walFsyncs: Number(rows[0]?.fsyncs), walBytes: Number(rows[0]?.bytes) };
  });
}
