import type { VerdictPolicy } from '../fetched-decision';
import type { Assurance, ProvenFactor } from '../verdict';

/**
 * Rule 6: two proven factors of different categories are strong customer authentication (PSD2 Article 4(30)). Two of one category are one.
 * A single one approves only where the deployment allows it, and then the answer says so. Null: not enough.
 */
export function assuranceOf(factors: readonly ProvenFactor[], policy: Pick<VerdictPolicy, 'allowSingleFactor'>): Assurance | null {
  const categories = new Set(factors.map(({ category }) => category));
  if (categories.size >= 2) return 'SCA';
  return categories.size === 1 && policy.allowSingleFactor ? 'SINGLE_FACTOR' : null;
}
