/**
 * The part of a request that an approval is about, in the shape of `sca.decided`'s `request` (and of `sca.requested` itself).
 * Written down structurally: the domain knows no wire classes. An absent field may be missing or null.
 */
export interface ApprovalRequest {
  readonly action: string;
  readonly description?: string | null | undefined;
  readonly payment?: RequestedPayment | null | undefined;
}

export interface RequestedPayment {
  readonly amount?: string | null | undefined;
  readonly currency?: string | null | undefined;
  readonly payee?: RequestedPayee | null | undefined;
  readonly payees?: readonly RequestedShare[] | null | undefined;
  /** `single` (default), `card_blocked` or `batch`. */
  readonly kind?: string | null | undefined;
  readonly reference?: string | null | undefined;
}

export interface RequestedPayee {
  readonly account: string;
  readonly name: string;
  readonly id?: string | null | undefined;
}

export interface RequestedShare {
  readonly account: string;
  readonly name: string;
  readonly amount: string;
}
