import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { Database, textArray, type Tx } from '@assent/postgres';
import { SETTINGS, type Settings } from '../settings';

/** A call to the vendor that must be made: read a decision, or delete a session. */
export interface VendorTask {
  readonly kind: 'FETCH' | 'DELETE';
  readonly vendorSessionId: string;
  /** Of the authentication that wants it. */
  readonly key: string;
  /** Counts the reasons for it: a fetch that began before the latest one is repeated. */
  readonly wanted: number;
  readonly tries: number;
  readonly causeId: string | null;
  /** Who works on it. */
  readonly claim: string;
}

export interface WantedTask extends Pick<VendorTask, 'kind' | 'vendorSessionId' | 'key' | 'causeId'> {
  /** The status that the webhook behind it reported. */
  readonly reportedStatus: string | null;
}

interface TaskRow {
  readonly kind: VendorTask['kind'];
  readonly vendor_session_id: string;
  readonly key: string;
  readonly wanted: number;
  readonly tries: number;
  readonly cause_id: string | null;
  readonly claim: string;
}

const RETURNING = 'task.kind, task.vendor_session_id, task.key, task.wanted, task.tries, task.cause_id, task.claim';

// A task that exists counts one reason more and is due now. The claim is taken where nobody holds it, so that the replica that commits can act at once.
const WANT = `
  INSERT INTO vendor_task AS task (kind, vendor_session_id, key, cause_id, reported_status, due_at, claim, claimed_until)
  SELECT kind, vendor_session_id, key, cause_id, reported_status, clock_timestamp(), $6, clock_timestamp() + $7::float8 * interval '1 millisecond'
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) AS new (kind, vendor_session_id, key, cause_id, reported_status)
   ORDER BY kind, vendor_session_id
  ON CONFLICT (kind, vendor_session_id) DO UPDATE
     SET wanted = task.wanted + 1, due_at = least(task.due_at, excluded.due_at), reported_status = coalesce(excluded.reported_status, task.reported_status),
         cause_id = coalesce(excluded.cause_id, task.cause_id),
         claim = CASE WHEN task.claimed_until > clock_timestamp() THEN task.claim ELSE excluded.claim END,
         claimed_until = CASE WHEN task.claimed_until > clock_timestamp() THEN task.claimed_until ELSE excluded.claimed_until END
  RETURNING ${RETURNING}`;

const CLAIM = `
  UPDATE vendor_task AS task SET claim = $2, claimed_until = clock_timestamp() + $3::float8 * interval '1 millisecond'
   WHERE (kind, vendor_session_id) IN (
     SELECT kind, vendor_session_id FROM vendor_task
      WHERE due_at <= clock_timestamp() AND (claimed_until IS NULL OR claimed_until <= clock_timestamp())
      ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED)
  RETURNING ${RETURNING}`;

// Done, unless there came another reason meanwhile; then it is due again at once, for whoever comes.
const DONE = `
  WITH finished AS (
    SELECT task.kind, task.vendor_session_id,
           task.wanted > done.wanted AND (done.found_status IS NULL OR task.reported_status IS DISTINCT FROM done.found_status) AS again
      FROM vendor_task AS task
      JOIN unnest($1::text[], $2::text[], $3::integer[], $4::text[]) AS done (kind, vendor_session_id, wanted, found_status) USING (kind, vendor_session_id)
     ORDER BY task.kind, task.vendor_session_id FOR UPDATE OF task),
  released AS (
    UPDATE vendor_task AS task SET claim = NULL, claimed_until = NULL, due_at = clock_timestamp(), tries = 0
      FROM finished WHERE task.kind = finished.kind AND task.vendor_session_id = finished.vendor_session_id AND finished.again)
  DELETE FROM vendor_task AS task USING finished
   WHERE task.kind = finished.kind AND task.vendor_session_id = finished.vendor_session_id AND NOT finished.again`;

const LATER = `
  UPDATE vendor_task SET tries = tries + 1, claim = NULL, claimed_until = NULL, due_at = clock_timestamp() + $3::float8 * interval '1 millisecond'
   WHERE kind = $1 AND vendor_session_id = $2 AND claim = $4`;

/** The table of calls that are still to be made at the vendor, shared by all replicas. */
@Injectable()
export class VendorTasks {
  private readonly process = randomUUID();
  private claims = 0;
  private readonly leaseMs: number;
  private take: (tasks: VendorTask[]) => void = () => undefined;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(SETTINGS) settings: Pick<Settings, 'diditTimeoutMs'>,
  ) {
    // Long enough for the call, its repeat and the waiting before; a replica that died delays its tasks by as much.
    this.leaseMs = 3 * settings.diditTimeoutMs + 10_000;
  }

  /** Says who works on tasks that this process has claimed. */
  onClaimed(take: (tasks: VendorTask[]) => void): void {
    this.take = take;
  }

  /** Asks for calls, in the transaction that makes them necessary; this process begins with them right after the commit. */
  async want(tx: Tx, wanted: readonly WantedTask[]): Promise<void> {
    const distinct = [...new Map(wanted.map((task) => [`${task.kind} ${task.vendorSessionId}`, task])).values()];
    if (distinct.length === 0) return;
    const claim = this.nextClaim();
    const { rows } = await tx.query<TaskRow>(WANT, [
      textArray(distinct.map(({ kind }) => kind)),
      textArray(distinct.map(({ vendorSessionId }) => vendorSessionId)),
      textArray(distinct.map(({ key }) => key)),
      textArray(distinct.map(({ causeId }) => causeId)),
      textArray(distinct.map(({ reportedStatus }) => reportedStatus)),
      claim,
      this.leaseMs,
    ]);
    const mine = rows.filter((row) => row.claim === claim).map(toTask);
    if (mine.length > 0) tx.afterCommit(() => this.take(mine));
  }

  /** Claims what is due and nobody's: tasks that were put off, and those of a replica that died. */
  async claimDue(limit: number): Promise<VendorTask[]> {
    const { rows } = await this.database.query<TaskRow>(CLAIM, [limit, this.nextClaim(), this.leaseMs]);
    return rows.map(toTask);
  }

  /** Ends tasks in the transaction that has their effect. `foundStatus`: what a fetch found, null for a deletion. */
  async done(tx: Tx, finished: readonly (Pick<VendorTask, 'kind' | 'vendorSessionId' | 'wanted'> & { readonly foundStatus: string | null })[]): Promise<void> {
    if (finished.length === 0) return;
    await tx.query(DONE, [
      textArray(finished.map(({ kind }) => kind)),
      textArray(finished.map(({ vendorSessionId }) => vendorSessionId)),
      finished.map(({ wanted }) => wanted),
      textArray(finished.map(({ foundStatus }) => foundStatus)),
    ]);
  }

  /** Puts a task off: the call had no certain outcome. */
  async later(task: VendorTask, waitMs: number): Promise<void> {
    await this.database.query(LATER, [task.kind, task.vendorSessionId, waitMs, task.claim]);
  }

  /** A name for each claim: what this process works on already is not claimed by it once more. */
  private nextClaim(): string {
    this.claims += 1;
    return `${this.process}/${this.claims}`;
  }
}

const toTask = (row: TaskRow): VendorTask => ({
  kind: row.kind, vendorSessionId: row.vendor_session_id, key: row.key, wanted: row.wanted, tries: row.tries, causeId: row.cause_id, claim: row.claim,
});
