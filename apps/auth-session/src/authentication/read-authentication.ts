import type { Sql } from '@assent/postgres';
import type { AuthenticationRecord } from './authentication-record';
import { AUTHENTICATION_COLUMNS, type AuthenticationRow, type CurrentSessionRow, toRecord } from './authentication-row';

// One statement, so that row and session are of one moment.
const READ = `
  SELECT row.*, session.status AS session_status, session.vendor_data AS session_vendor_data, session.metadata AS session_metadata
    FROM (SELECT ${AUTHENTICATION_COLUMNS} FROM authentication WHERE key = $1) AS row
    LEFT JOIN vendor_session AS session ON session.key = row.key AND session.vendor_session_id = row.vendor_session_id`;

interface ReadRow extends AuthenticationRow {
  readonly session_status: string | null;
  readonly session_vendor_data: string | null;
  readonly session_metadata: CurrentSessionRow['metadata'] | null;
}

/** An authentication as it is now, without locking it: to be shown, never to be decided on. Null: no such. */
export async function readAuthentication(sql: Sql, key: string): Promise<AuthenticationRecord | null> {
  const { rows } = await sql.query<ReadRow>(READ, [key]);
  const [row] = rows;
  return row === undefined ? null : toRecord(row, sessionOf(row));
}

function sessionOf(row: ReadRow): CurrentSessionRow | null {
  const { key, vendor_session_id: vendorSessionId, session_status: status, session_vendor_data: vendorData, session_metadata: metadata } = row;
  if (vendorSessionId === null || status === null || vendorData === null || metadata === null) return null;
  return { key, vendor_session_id: vendorSessionId, status, vendor_data: vendorData, metadata };
}
