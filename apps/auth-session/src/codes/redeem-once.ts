import type { PresentedMatch } from '@assent/domain-linking';
import type { Sql } from '@assent/postgres';

export interface RedemptionToStore {
  readonly key: string;
  readonly jti: string;
  readonly redemptionId: string | null;
  readonly reason: PresentedMatch;
  readonly amount: string | null;
}

const REDEEM = `
  UPDATE authentication_code
     SET redeemed_at = date_trunc('milliseconds', clock_timestamp()), redemption_id = $3, redemption_reason = $4, redeemed_amount = $5
   WHERE key = $1 AND jti = $2 AND redeemed_at IS NULL AND revoked_at IS NULL AND clock_timestamp() < expires_at
  RETURNING redeemed_at`;

/**
 * The one statement that decides over a code: it answers one caller at most with the time, by the database's clock, and everybody else with
 * null (used, revoked, expired, unknown), whatever they have read or locked before.
 */
export async function redeemOnce(sql: Sql, { key, jti, redemptionId, reason, amount }: RedemptionToStore): Promise<number | null> {
  const { rows } = await sql.query<{ redeemed_at: Date }>(REDEEM, [key, jti, redemptionId, reason, amount]);
  return rows[0]?.redeemed_at.getTime() ?? null;
}
