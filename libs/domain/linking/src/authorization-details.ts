import { isIban } from '@assent/kernel';
import type { Binding, BoundPayee, BoundShare } from './binding';

export interface InstructedAmount {
  readonly currency: string;
  readonly amount: string;
}

export type CreditorAccount = { readonly iban: string } | { readonly other: string };

interface Creditor {
  readonly creditorName: string;
  readonly creditorAccount: CreditorAccount;
}

/** One element of RFC 9396 `authorization_details`, as the authentication code carries it. */
export interface AuthorizationDetail extends Partial<Creditor> {
  readonly type: string;
  readonly kind?: 'single' | 'card_blocked' | 'batch';
  readonly instructedAmount?: InstructedAmount;
  readonly creditorId?: string;
  readonly payees?: readonly (Creditor & { readonly instructedAmount: InstructedAmount })[];
  readonly reference?: string;
  readonly description?: string;
}

const accountOf = (account: string): CreditorAccount => (isIban(account) ? { iban: account } : { other: account });
const creditorOf = (payee: BoundPayee | BoundShare): Creditor => ({ creditorName: payee.name, creditorAccount: accountOf(payee.account) });
const merchantOf = (payee: BoundPayee): { creditorId?: string } => (payee.id === null ? {} : { creditorId: payee.id });

function moneyOf(binding: Binding): Partial<AuthorizationDetail> {
  switch (binding.kind) {
    case 'single':
    case 'card_blocked':
      return {
        kind: binding.kind,
        instructedAmount: { currency: binding.currency, amount: binding.amount },
        ...creditorOf(binding.payee),
        ...merchantOf(binding.payee),
      };
    case 'batch':
      return {
        kind: binding.kind,
        instructedAmount: { currency: binding.currency, amount: binding.amount },
        payees: binding.payees.map((share) => ({ ...creditorOf(share), instructedAmount: { currency: binding.currency, amount: share.amount } })),
      };
    case 'trusted_payee':
      return { ...creditorOf(binding.payee), ...merchantOf(binding.payee) };
    case 'action':
      return {};
  }
}

/**
 * What the code authorises, as RFC 9396 writes it: `payment_initiation` with the amount and the creditor for a payment; for a log-in or a
 * risky action the `type` is the action, with its description (and its money or payee where it has one).
 */
export const authorizationDetails = (binding: Binding): readonly AuthorizationDetail[] => [
  {
    type: binding.action === 'payment' ? 'payment_initiation' : binding.action,
    ...moneyOf(binding),
    ...(binding.reference === null ? {} : { reference: binding.reference }),
    ...(binding.description === null ? {} : { description: binding.description }),
  },
];
