import type { Demand } from '../authentication';

/**
 * After SCA_BEST_EFFORT the gateway may go on without an authentication that could not be had, but only where the policy says so and the
 * payer never opened the page: whoever has begun is not let off.
 */
export const unavailableMayProceed = (facts: { readonly demand: Demand; readonly policyLetsProceed: boolean; readonly pageServed: boolean }): boolean =>
  facts.demand === 'SCA_BEST_EFFORT' && facts.policyLetsProceed && !facts.pageServed;
