import { scopeOutcome, type Rule } from '../rule';

/**
 * Only where the providers sit counts, not where the payer stands. The payer's provider outside the regime cannot be made to
 * authenticate. Unknown is inside.
 */
export const providerLocation: Rule<'SCOPE_PSP_LOCATION'> = ({ payerPsp, payeePsp }, { area }) => {
  const payerInside = payerPsp === null || payerPsp === area;
  const payeeInside = payeePsp === null || payeePsp === area;
  const reason = payerInside ? null : payeeInside ? 'ONE_LEG_IN' : 'BOTH_PSPS_OUTSIDE';
  return scopeOutcome('SCOPE_PSP_LOCATION', reason, { payerPsp, payeePsp, area });
};
