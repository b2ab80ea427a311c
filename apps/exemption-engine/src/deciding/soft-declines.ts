import { actionOfRetry, type Party, type SoftDeclineAction } from '@assent/domain-exemption';
import { type Tx, textArray } from '@assent/postgres';
import { authenticationKey } from '@assent/kernel';
import { type Candidate, gatewayOf } from './candidate';

const CLAIM = `
  INSERT INTO soft_decline_retry (earlier_key, retry_key)
  SELECT earlier_key, retry_key FROM unnest($1::text[], $2::text[]) AS new (earlier_key, retry_key) ORDER BY earlier_key, retry_key
  ON CONFLICT DO NOTHING`;

const EARLIER = `
  SELECT asked.retry_key, claim.retry_key IS DISTINCT FROM asked.retry_key AS repeated,
         EXISTS (SELECT 1 FROM soft_decline_retry AS r WHERE r.retry_key = asked.earlier_key) AS was_retry,
         EXISTS (SELECT 1 FROM authentication AS a WHERE a.key = asked.earlier_key AND a.verdict = 'APPROVED' AND a.assurance = 'SCA') AS authenticated
    FROM unnest($1::text[], $2::text[]) AS asked (earlier_key, retry_key)
    LEFT JOIN soft_decline_retry AS claim ON claim.earlier_key = asked.earlier_key`;

interface Asked {
  readonly key: string;
  readonly earlierKey: string;
  readonly code: string;
  readonly initiator: Party | null;
}

/** What to do about the declines that requests of one batch follow. */
export type SoftDeclines = ReadonlyMap<string, { readonly code: string; readonly action: SoftDeclineAction }>;

/**
 * Judges retries after soft declines. A payment is retried once: the first request that names it has the claim. Whatever follows an
 * authenticated payment, a retry, or a second time the same payment, would go round for ever.
 */
export async function judgeSoftDeclines(tx: Tx, candidates: readonly Candidate[]): Promise<SoftDeclines> {
  const asked = candidates.flatMap(({ event, facts }): Asked[] => {
    const { retryOf } = event.body;
    if (retryOf === undefined) return [];
    const earlierKey = authenticationKey(gatewayOf(event), retryOf.authenticationId);
    return [{ key: event.key, earlierKey, code: retryOf.softDeclineCode, initiator: facts.initiator }];
  });
  if (asked.length === 0) return new Map();
  const values = [textArray(asked.map(({ earlierKey }) => earlierKey)), textArray(asked.map(({ key }) => key))];
  await tx.query(CLAIM, values);
  const { rows } = await tx.query<{ retry_key: string; repeated: boolean; was_retry: boolean; authenticated: boolean }>(EARLIER, values);
  const judged = new Map(rows.map((row) => [row.retry_key, row.repeated || row.was_retry || row.authenticated]));
  return new Map(
    asked.map(({ key, code, initiator }) => [
      key,
      { code, action: actionOfRetry({ responseCode: code, initiator, alreadyAuthenticated: judged.get(key) !== false }) },
    ]),
  );
}
