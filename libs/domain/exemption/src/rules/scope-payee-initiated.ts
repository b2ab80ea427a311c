import { scopeOutcome, type Rule } from '../rule';

/**
 * What the payee initiates under a mandate, without an act of the payer, is outside the duty (EBA Q&A 2018_4031, 2018_4131); direct
 * debits always are. Setting up the mandate is not: that is an action without exemption.
 */
export const payeeInitiated: Rule<'SCOPE_PAYEE_INITIATED'> = ({ initiator, instrument }) =>
  scopeOutcome('SCOPE_PAYEE_INITIATED', initiator === 'payee' || instrument === 'direct_debit' ? 'PAYEE_INITIATED' : null, { initiator, instrument });
