import type { ScaRequestedV1 } from '@assent/contracts';
import { normaliseAccount, parseMoney } from '@assent/kernel';
import { z } from 'zod';

const effectShape = z.discriminatedUnion('type', [
  /** A log-in or a look at an account: the last authentication for access is now. */
  z.strictObject({ type: z.literal('ACCESS'), via: z.enum(['direct', 'aisp']) }),
  z.strictObject({ type: z.literal('TRUST'), account: z.string(), name: z.string() }),
  /** `renew`: a new series, whose first payment is still to come; else a changed one. */
  z.strictObject({
    type: z.literal('SERIES'),
    renew: z.boolean(),
    seriesId: z.string(),
    amountMinor: z.string(),
    currency: z.string(),
    account: z.string(),
    name: z.string(),
  }),
  /** A payment that says it belongs to a series: the first one that fits it exactly is its first payment. */
  z.strictObject({ type: z.literal('SERIES_PAYMENT'), seriesId: z.string(), amountMinor: z.string(), currency: z.string(), account: z.string() }),
]);

/** What an approval of a request changes in the books, bound to exactly what the payer is shown: payee, amount, series. */
export type ApprovalEffect = z.infer<typeof effectShape>;

export const writeEffect = (effect: ApprovalEffect | null): string | null => (effect === null ? null : JSON.stringify(effect));
export const readEffect = (text: string): ApprovalEffect => effectShape.parse(JSON.parse(text));

/** Null where an approval changes nothing here. */
export function effectOfApproval(request: ScaRequestedV1): ApprovalEffect | null {
  const { action, facts, payment, authenticationId } = request;
  switch (action) {
    case 'login':
      return { type: 'ACCESS', via: 'direct' };
    case 'account_access':
      return facts?.access === undefined ? null : { type: 'ACCESS', via: facts.access.via };
    case 'trusted_list_create':
    case 'trusted_list_amend':
      return payment?.payee === undefined ? null : { type: 'TRUST', account: normaliseAccount(payment.payee.account), name: payment.payee.name };
    case 'series_create':
    case 'series_amend': {
      const terms = termsOf(request);
      const seriesId = facts?.series?.id ?? (action === 'series_create' ? authenticationId : null);
      return terms === null || seriesId === null ? null : { type: 'SERIES', renew: action === 'series_create', seriesId, ...terms };
    }
    case 'payment': {
      const terms = termsOf(request);
      if (facts?.series === undefined || terms === null) return null;
      const { amountMinor, currency, account } = terms;
      return { type: 'SERIES_PAYMENT', seriesId: facts.series.id, amountMinor, currency, account };
    }
    default:
      return null;
  }
}

/** Amount and payee of a single payment; null for a batch, which is no series. */
function termsOf({ payment }: ScaRequestedV1) {
  if (payment?.amount === undefined || payment.currency === undefined || payment.payee === undefined) return null;
  const money = parseMoney(payment.amount, payment.currency);
  if (!money.ok) return null;
  return { amountMinor: money.value.minor.toString(), currency: payment.currency, account: normaliseAccount(payment.payee.account), name: payment.payee.name };
}
