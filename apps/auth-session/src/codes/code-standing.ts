import { type PresentedMatch, type PresentedPayment, type PresentedRefusal, type Binding, matchPresented, presentedAmount } from '@assent/domain-linking';
import { type Result, ok, refuse } from '@assent/kernel';

/** A code's row as the database has it, with its clock's word on the expiry. */
export interface CodeStanding {
  readonly binding: Binding;
  readonly revoked: boolean;
  readonly expired: boolean;
  readonly redemption: StoredRedemption | null;
}

export interface StoredRedemption {
  readonly redeemedAtMs: number;
  readonly redemptionId: string | null;
  readonly reason: PresentedMatch;
  /** In the currency of the binding; null where no money is bound. */
  readonly amount: string | null;
}

export interface Redeemed {
  readonly redeemedAtMs: number;
  readonly reason: PresentedMatch;
}

export const REDEEM_REFUSALS = ['CODE_INVALID', 'CODE_REVOKED', 'CODE_ALREADY_USED', 'CODE_EXPIRED'] as const;
export type RedeemRefusal = (typeof REDEEM_REFUSALS)[number] | PresentedRefusal;

/** Whether this is the redemption that was stored, asked for once more: its id, and the content that it had. */
function isRepeat(stored: StoredRedemption, binding: Binding, presented: PresentedPayment, redemptionId: string | null): boolean {
  if (redemptionId === null || stored.redemptionId !== redemptionId) return false;
  return matchPresented(binding, presented, false).ok && presentedAmount(binding, presented) === stored.amount;
}

/**
 * What a code that cannot be redeemed now is answered: revoked, used, expired, other content; in this order, so that a gateway which lost an
 * answer learns first whether the approval still stands. The stored answer is given again for the same `redemptionId` with the same content.
 * Null: nothing stands against it.
 */
export function standingAnswer(code: CodeStanding, presented: PresentedPayment, redemptionId: string | null): Result<Redeemed, RedeemRefusal> | null {
  if (code.revoked) return refuse('CODE_REVOKED');
  if (code.redemption !== null) {
    const { redeemedAtMs, reason } = code.redemption;
    return isRepeat(code.redemption, code.binding, presented, redemptionId) ? ok({ redeemedAtMs, reason }) : refuse('CODE_ALREADY_USED');
  }
  if (code.expired) return refuse('CODE_EXPIRED');
  const match = matchPresented(code.binding, presented, false);
  return match.ok ? null : match;
}
