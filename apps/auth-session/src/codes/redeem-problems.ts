import { Problem } from '@assent/platform';
import type { RedeemRefusal } from './code-standing';

interface Wording {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
}

const WORDINGS: Readonly<Record<RedeemRefusal, Wording>> = {
  CODE_INVALID: {
    status: 422,
    title: 'The code is not valid here',
    detail: 'This is no code that was issued to your gateway for this authentication.',
  },
  CODE_REVOKED: {
    status: 409,
    title: 'The approval was taken back',
    detail: 'The approval no longer stands. Do not execute; start a new authentication.',
  },
  CODE_ALREADY_USED: {
    status: 409,
    title: 'The code was used before',
    detail: 'A code is accepted once. To get the answer of a redemption again, send its redemptionId with the same content.',
  },
  CODE_EXPIRED: {
    status: 410,
    title: 'The code has expired',
    detail: 'The code was not redeemed in time. Start a new authentication.',
  },
  AMOUNT_CHANGED: {
    status: 422,
    title: 'The amount is not the approved one',
    detail: 'The payer approved another amount. Present the approved one, or start a new authentication.',
  },
  CURRENCY_CHANGED: {
    status: 422,
    title: 'The currency is not the approved one',
    detail: 'The payer approved another currency. Present the approved one, or start a new authentication.',
  },
  PAYEE_CHANGED: {
    status: 422,
    title: 'The payee is not the approved one',
    detail: 'The payer approved other payees. Present the approved ones, or start a new authentication.',
  },
  OVER_BLOCKED_AMOUNT: {
    status: 422,
    title: 'The amount is above the approved one',
    detail: 'At most the amount that the payer agreed to block may be taken. The difference needs a new authentication.',
  },
  PAYMENT_FIELDS_REQUIRED: {
    status: 422,
    title: 'Fields of the payment are missing',
    detail: 'A code of a payment is redeemed with amount, currency and payee (for a batch: payees).',
  },
  PAYMENT_FIELDS_UNEXPECTED: {
    status: 422,
    title: 'This code is not for a payment',
    detail: 'The payer approved no payment. Leave out amount, currency, payee and payees.',
  },
};

/** The refusal of a redemption as an HTTP problem; its code is the stable one of the interface. */
export const redeemProblem = (refusal: RedeemRefusal): Problem => new Problem({ code: refusal, ...WORDINGS[refusal] });
