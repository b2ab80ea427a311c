import type { Facts } from './facts';

/**
 * Who may apply an exemption (EBA Q&A 2018_4034, 2018_4035, 2018_4241): the payer's provider any; the payee's provider some, and only
 * on cards, where the payer's provider keeps the last word. For a credit transfer the payer's provider alone decides. A gateway or a
 * wallet is neither.
 */
export function mayApply({ applicant, instrument }: Facts, payeeSide: 'payee_psp_on_cards' | 'payer_psp_only'): boolean {
  if (applicant === 'payer_psp') return true;
  return applicant === 'payee_psp' && payeeSide === 'payee_psp_on_cards' && instrument === 'card';
}
