import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Engines, withDatabase } from '../engines';

const BACK_WITHIN_MS = 30_000;

/** Has PostgreSQL count every statement from now on. It must start again for that, so nobody may use it meanwhile. */
export async function countStatements(engines: Engines): Promise<void> {
  await withDatabase(engines.adminUrl, 'postgres', async (client) => {
    await client.query("ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'");
    await client.query('ALTER SYSTEM SET track_io_timing = on');
  });
  engines.stack.kill('postgres');
  for (const deadline = Date.now() + BACK_WITHIN_MS; ; ) {
    await delay(250);
    try {
      await withDatabase(engines.adminUrl, 'postgres', (client) => client.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements'));
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}

/** Statements by the time that they took, with their calls, rows and WAL. */
export async function writeStatements({ adminUrl }: Engines, folder: string): Promise<void> {
  const rows = await withDatabase(adminUrl, 'postgres', async (client) => {
    const answer = await client.query<Record<string, unknown>>(
      `SELECT rolname AS role, calls::int, round(total_exec_time::numeric, 1)::float8 AS ms, round(mean_exec_time::numeric, 3)::float8 AS mean_ms, rows::int, wal_bytes::float8 AS wal_bytes,
              regexp_replace(query, '\\s+', ' ', 'g') AS statement
         FROM pg_stat_statements JOIN pg_roles ON pg_roles.oid = userid ORDER BY total_exec_time DESC LIMIT 150`,
    );
    return answer.rows;
  });
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'statements.json'), `${JSON.stringify(rows, null, 1)}\n`);
}
