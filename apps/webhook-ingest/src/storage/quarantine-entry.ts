import type { RawWebhook } from '@assent/didit';
import { byteaArray, textArray, type Sql } from '@assent/postgres';
import { isSigned, type Refusal } from '../receiving/refusals';

/** A refused delivery, as it came. */
export interface QuarantineEntry {
  readonly reason: Refusal;
  readonly destination: string;
  readonly eventKey: string | null;
  readonly raw: RawWebhook;
}

/** Only what another verification needs: no cookies, no addresses, nothing of unknown use. */
const KEPT_HEADERS = ['x-signature', 'x-signature-v2', 'x-signature-simple', 'x-timestamp', 'x-didit-test-webhook', 'content-type'];
const HEADER_CHARACTERS_MAX = 256;

const INSERT = `
  insert into quarantine (reason, signed, event_key, destination, headers, body, body_bytes)
  select reason, signed::boolean, event_key, destination, headers::jsonb, body, octet_length(body)
  from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[]) as entry (reason, signed, event_key, destination, headers, body)`;

/** Writes refused deliveries in one statement. */
export async function writeQuarantine(sql: Sql, entries: readonly QuarantineEntry[]): Promise<void> {
  await sql.query(INSERT, [
    textArray(entries.map(({ reason }) => reason)),
    textArray(entries.map(({ reason }) => String(isSigned(reason)))),
    textArray(entries.map(({ eventKey }) => eventKey)),
    textArray(entries.map(({ destination }) => destination)),
    textArray(entries.map(({ raw }) => JSON.stringify(keptHeaders(raw)))),
    byteaArray(entries.map(({ raw }) => raw.body)),
  ]);
}

function keptHeaders({ headers }: RawWebhook): Record<string, string> {
  return Object.fromEntries(
    KEPT_HEADERS.flatMap((name): [string, string][] => {
      const value = headers[name];
      if (value === undefined) return [];
      return [[name, (typeof value === 'string' ? value : value.join(',')).slice(0, HEADER_CHARACTERS_MAX)]];
    }),
  );
}
