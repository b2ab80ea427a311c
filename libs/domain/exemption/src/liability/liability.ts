import type { Decision } from '../evaluate';
import type { Facts } from '../facts';

/** Whose choice it was to leave authentication out; `payee` where the payee or its provider refused it. */
export type ExemptionOwner = 'payer_psp' | 'payee_psp' | 'payee';

export interface LiabilityQuestion {
  /** Whether the payer acted fraudulently. */
  readonly payerFraud: boolean;
  readonly scaApplied: boolean;
  readonly exemptionBy: ExemptionOwner | null;
}

export interface Liability {
  /** False: nothing. `all`: the payer acted fraudulently. Else up to the national cap, or everything on gross negligence. */
  readonly payerLoss: false | 'all' | 'up_to_national_cap_or_gross_negligence';
  /** Who pays the payer back, at once (PSD2 Article 73); null where nobody has to. */
  readonly refundsPayer: 'payer_psp' | null;
  /** Who makes good what the payer's provider paid (PSD2 Article 74(2), EBA Q&A 2018_4042); null: nobody. */
  readonly reimbursesPayerPsp: 'payee_psp' | 'payee' | null;
}

/**
 * Who bears the loss if a payment proves unauthorised (PSD2 Articles 73, 74). Without strong customer authentication the payer bears
 * nothing, unless the payer acted fraudulently, and the side that left it out bears the rest.
 */
export function liability({ payerFraud, scaApplied, exemptionBy }: LiabilityQuestion): Liability {
  if (payerFraud) return { payerLoss: 'all', refundsPayer: null, reimbursesPayerPsp: null };
  if (scaApplied) return { payerLoss: 'up_to_national_cap_or_gross_negligence', refundsPayer: 'payer_psp', reimbursesPayerPsp: null };
  return { payerLoss: false, refundsPayer: 'payer_psp', reimbursesPayerPsp: exemptionBy === 'payee_psp' || exemptionBy === 'payee' ? exemptionBy : null };
}

/** Who owns an exemption, and who bears the loss where the decision is followed; part of each decision on a payment. */
export interface DecidedLiability extends Liability {
  readonly exemptionBy: ExemptionOwner | null;
}

/** Null for what is no payment: there is no loss to bear. */
export function liabilityOf({ decision }: Decision, { action, applicant }: Facts): DecidedLiability | null {
  if (action !== 'payment') return null;
  const owner = decision === 'EXEMPT' ? (applicant === 'payee_psp' ? 'payee_psp' : 'payer_psp') : null;
  const scaApplied = decision === 'SCA_REQUIRED' || decision === 'SCA_PERMITTED';
  return { exemptionBy: owner, ...liability({ payerFraud: false, scaApplied, exemptionBy: owner }) };
}
