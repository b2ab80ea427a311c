import type { Sql } from '../sql';

export interface AttemptPosition {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
}

export interface Attempts {
  readonly started: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
}

const COUNT = `
  insert into inbox_attempt as a (topic, partition, "offset", started_attempts) values ($1, $2, $3, 1)
  on conflict (topic, partition, "offset") do update set started_attempts = a.started_attempts + 1, last_at = clock_timestamp()
  returning started_attempts, extract(epoch from first_at) * 1000 as first_ms, extract(epoch from last_at) * 1000 as last_ms`;

/** Counts a try before it begins, in a commit of its own: a message that ends the process is then counted as well. */
export async function countAttempt(sql: Sql, { topic, partition, offset }: AttemptPosition): Promise<Attempts> {
  const { rows } = await sql.query<{ started_attempts: number; first_ms: string; last_ms: string }>(COUNT, [topic, partition, offset]);
  const row = rows[0];
  if (row === undefined) throw new Error('an attempt was not counted');
  return { started: row.started_attempts, firstAtMs: Math.floor(Number(row.first_ms)), lastAtMs: Math.floor(Number(row.last_ms)) };
}

/** Forgets the count of a message that has had its effect. */
export async function forgetAttempts(sql: Sql, { topic, partition, offset }: AttemptPosition): Promise<void> {
  await sql.query('delete from inbox_attempt where topic = $1 and partition = $2 and "offset" = $3', [topic, partition, offset]);
}
