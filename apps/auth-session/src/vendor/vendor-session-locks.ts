import type { Sql, Tx } from '@assent/postgres';

// Sorted, so that two transactions that meet on several sessions do not wait for each other; and before any row is locked.
const LOCK = `
  SELECT pg_advisory_xact_lock(session.lock) FROM (
    SELECT DISTINCT hashtextextended('vendor session ' || id, 0) AS lock FROM unnest($1::text[]) AS wanted (id) ORDER BY lock) AS session`;

/**
 * Holds vendor session ids until the transaction ends, whether rows of them exist or not: a webhook that looks for a session and the
 * transaction that writes it see each other, whichever comes first. Taken before rows are locked.
 */
export async function lockVendorSessions(tx: Tx, vendorSessionIds: readonly string[]): Promise<void> {
  if (vendorSessionIds.length > 0) await tx.query(LOCK, [vendorSessionIds]);
}

/** How a vendor session stands with us. */
export interface KnownSession {
  readonly vendorSessionId: string;
  readonly key: string;
  /** The status that was last seen. */
  readonly status: string;
  /** Whether it is the session that its authentication is about, now or when it was decided. */
  readonly current: boolean;
  readonly decided: boolean;
  readonly reportedAtMs: number | null;
}

interface KnownRow {
  readonly vendor_session_id: string;
  readonly key: string;
  readonly status: string;
  readonly current: boolean;
  readonly decided: boolean;
  readonly reported_at_ms: number | null;
}

const KNOWN = `
  SELECT session.vendor_session_id, session.key, session.status, row.vendor_session_id IS NOT DISTINCT FROM session.vendor_session_id AS current,
         row.state = 'DECIDED' AS decided, (extract(epoch FROM session.reported_at) * 1000)::float8 AS reported_at_ms
    FROM vendor_session AS session JOIN authentication AS row USING (key)
   WHERE session.vendor_session_id = ANY ($1::text[])`;
const REFUSED = 'SELECT vendor_session_id FROM refused_vendor_session WHERE vendor_session_id = ANY ($1::text[])';

export interface MetSessions {
  readonly sessions: ReadonlyMap<string, KnownSession>;
  readonly refused: ReadonlySet<string>;
}

/** The sessions among these ids that this deployment has met: those of attempts, and the ids of those that were not taken. */
export async function knownSessions(sql: Sql, vendorSessionIds: readonly string[]): Promise<MetSessions> {
  const [sessions, refused] = await Promise.all([
    sql.query<KnownRow>(KNOWN, [vendorSessionIds]),
    sql.query<{ vendor_session_id: string }>(REFUSED, [vendorSessionIds]),
  ]);
  return {
    sessions: new Map(
      sessions.rows.map((row) => [
        row.vendor_session_id,
        { vendorSessionId: row.vendor_session_id, key: row.key, status: row.status, current: row.current, decided: row.decided, reportedAtMs: row.reported_at_ms },
      ]),
    ),
    refused: new Set(refused.rows.map((row) => row.vendor_session_id)),
  };
}
