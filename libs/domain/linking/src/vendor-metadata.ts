import { canonicalHash } from '@assent/kernel';
import type { Binding } from './binding';

/** Which approval a vendor session is for. */
export interface SessionIdentity {
  readonly gatewayId: string;
  readonly authenticationId: string;
  /** 1, 2, …: each vendor session is one attempt. */
  readonly attempt: number;
}

export type VendorMetadata = Readonly<Record<string, string>>;

export const METADATA_VERSION = '1';

/** Fields that say whose session it is; all others say what it approves. */
export const IDENTITY_FIELDS: readonly string[] = ['gateway_id', 'authentication_id', 'attempt'];

function boundFields(binding: Binding): Record<string, string> {
  switch (binding.kind) {
    case 'single':
    case 'card_blocked':
      return { amount: binding.amount, currency: binding.currency, ...payeeFields(binding.payee) };
    case 'batch':
      // The vendor documents no size limit, so a thousand payees travel as a hash of all of them.
      return { amount: binding.amount, currency: binding.currency, payees_count: String(binding.payees.length), payees_hash: canonicalHash(binding.payees) };
    case 'trusted_payee':
      return payeeFields(binding.payee);
    case 'action':
      return {};
  }
}

const payeeFields = (payee: { account: string; name: string; id: string | null }): Record<string, string> => ({
  payee_account: payee.account,
  payee_name: payee.name,
  ...(payee.id === null ? {} : { payee_id: payee.id }),
});

/**
 * What is sent as the vendor session's `metadata` and must come back unchanged with its decision: a flat object of strings, since a
 * re-serialised number (`247.5`) would no longer equal what was approved. Keys are never integer-like, which some serialisers reorder.
 */
export const vendorMetadata = (binding: Binding, identity: SessionIdentity): VendorMetadata => ({
  version: METADATA_VERSION,
  gateway_id: identity.gatewayId,
  authentication_id: identity.authenticationId,
  attempt: String(identity.attempt),
  action: binding.action,
  kind: binding.kind,
  ...boundFields(binding),
  ...(binding.reference === null ? {} : { reference: binding.reference }),
  ...(binding.description === null ? {} : { description: binding.description }),
});
