import { Inject, Injectable } from '@nestjs/common';
import type { ScaEvidenceV1, ScaRedeemedV1 } from '@assent/contracts';
import { type Binding, type PresentedMatch, type PresentedPayment, isPayment, matchPresented, presentedAmount } from '@assent/domain-linking';
import { AUTHENTICATION_ID_PATTERN, type Result, authenticationKey, ok, refuse, toRfc3339 } from '@assent/kernel';
import { Database, type Tx } from '@assent/postgres';
import { verifyCode } from './code-claims';
import { type CodeStanding, type RedeemRefusal, type Redeemed, standingAnswer } from './code-standing';
import { CODES_OPTIONS, type CodesOptions } from './codes-options';
import { EventStamps, type Fields } from './event-stamps';
import { KeyRing } from './key-ring';
import { redeemOnce } from './redeem-once';

export interface RedeemCommand {
  /** Of the API key: a gateway redeems its own codes only. */
  readonly gatewayId: string;
  readonly authenticationId: string;
  /** Compact JWS, as the gateway got it. */
  readonly code: string;
  /** The caller's id of this redemption, so that it can ask again without harm. */
  readonly redemptionId: string | null;
  readonly presented: PresentedPayment;
}

type Answer = Result<Redeemed, RedeemRefusal>;

interface CodeRow {
  readonly jti: string;
  readonly binding: Binding;
  readonly revoked: boolean;
  readonly expired: boolean;
  readonly redeemed_at: Date | null;
  readonly redemption_id: string | null;
  readonly redemption_reason: PresentedMatch | null;
  readonly redeemed_amount: string | null;
}

/** Takes the authentication's row first, as everybody does who changes anything about it: then redeem and revoke cannot wait for each other in a circle. */
const LOCK = 'SELECT 1 FROM authentication WHERE key = $1 FOR UPDATE';

const READ = `
  SELECT jti, binding, revoked_at IS NOT NULL AS revoked, expires_at <= clock_timestamp() AS expired, redeemed_at, redemption_id, redemption_reason, redeemed_amount
    FROM authentication_code WHERE key = $1`;

const standingOf = (row: CodeRow): CodeStanding => ({
  binding: row.binding,
  revoked: row.revoked,
  expired: row.expired,
  redemption:
    row.redeemed_at === null || row.redemption_reason === null
      ? null
      : { redeemedAtMs: row.redeemed_at.getTime(), redemptionId: row.redemption_id, reason: row.redemption_reason, amount: row.redeemed_amount },
});

/** Accepts an authentication code once, for exactly what was approved (RTS 2018/389 Articles 4(1) and 5(1)). */
@Injectable()
export class Redemption {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(KeyRing) private readonly keys: KeyRing,
    @Inject(EventStamps) private readonly stamps: EventStamps,
    @Inject(CODES_OPTIONS) private readonly options: CodesOptions,
  ) {}

  /**
   * Redeems a code, or says why not; both are published in the same transaction. A code that is forged, of another gateway, of another
   * authentication, or of none at all gets the same answer, so that nobody learns what exists.
   */
  async redeem(command: RedeemCommand): Promise<Answer> {
    const { gatewayId, authenticationId } = command;
    if (!AUTHENTICATION_ID_PATTERN.test(authenticationId)) return refuse('CODE_INVALID');
    const key = authenticationKey(gatewayId, authenticationId);
    const jti = await verifyCode(this.keys, command.code, { issuer: this.options.issuer, gatewayId, authenticationId });
    return this.database.transaction(async (tx) => {
      if ((await tx.query(LOCK, [key])).rowCount === 0) return refuse('CODE_INVALID');
      const { rows } = await tx.query<CodeRow>(READ, [key]);
      const row = rows[0];
      const answer: Answer = row === undefined || row.jti !== jti ? refuse('CODE_INVALID') : await this.#decide(tx, key, row, command);
      if (!answer.ok) await this.#publishRefused(tx, key, command, answer.error, jti);
      return answer;
    }, 'redemption');
  }

  async #decide(tx: Tx, key: string, row: CodeRow, command: RedeemCommand): Promise<Answer> {
    const { presented, redemptionId, gatewayId, authenticationId } = command;
    const standing = standingAnswer(standingOf(row), presented, redemptionId);
    if (standing !== null) return standing;
    const match = matchPresented(row.binding, presented, false);
    if (!match.ok) return match;
    const amount = presentedAmount(row.binding, presented);
    const redeemedAtMs = await redeemOnce(tx, { key, jti: row.jti, redemptionId, reason: match.value, amount });
    // Since the row was read only the clock can have moved: the row of the authentication is ours.
    if (redeemedAtMs === null) return refuse('CODE_EXPIRED');
    const currency = isPayment(row.binding) ? row.binding.currency : null;
    const redeemedAt = toRfc3339(redeemedAtMs);
    const body = { authenticationId, gatewayId, codeId: row.jti, redemptionId, amount, currency, redeemedAt } satisfies Fields<ScaRedeemedV1>;
    tx.publish({ type: 'sca.redeemed.v1', key, gatewayId, subject: authenticationId, body, ...(await this.stamps.next(tx, key)) });
    return ok({ redeemedAtMs, reason: match.value });
  }

  /** Evidence of an attempt, without the code and without what was presented: the reason says what differed. */
  async #publishRefused(tx: Tx, key: string, command: RedeemCommand, reason: RedeemRefusal, jti: string | null): Promise<void> {
    const { gatewayId, authenticationId, redemptionId } = command;
    const { rows } = await tx.query<{ now: Date }>('SELECT clock_timestamp() AS now');
    const occurredAt = toRfc3339(rows[0]?.now.getTime() ?? 0);
    const body = { authenticationId, gatewayId, kind: 'REDEEM_REFUSED', occurredAt, data: { reason, codeId: jti, redemptionId } } satisfies Fields<ScaEvidenceV1>;
    tx.publish({ type: 'sca.evidence.v1', key, gatewayId, subject: authenticationId, body, ...(await this.stamps.next(tx, key)) });
  }
}
