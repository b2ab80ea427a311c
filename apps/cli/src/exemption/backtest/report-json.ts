import { formatMoney } from '@assent/kernel';
import type { BacktestResult, PolicyResult } from './backtest';

/** The report for machines: money as decimal strings, shares as parts of one, rates in basis points. */
export function reportJson(result: BacktestResult): Record<string, unknown> {
  const money = (minor: bigint): string => formatMoney({ minor, currency: result.currency });
  return {
    payments: result.payments,
    skipped: result.skipped,
    firstQuarter: result.firstQuarter,
    lastQuarter: result.lastQuarter,
    currency: result.currency,
    policies: result.policies.map((policy) => policyJson(policy, money)),
    differences: result.differences.map(({ against, policy, moves }) => ({
      against,
      policy,
      moves: moves.map(({ from, to, payments, valueMinor }) => ({ from, to, payments, value: money(valueMinor) })),
    })),
  };
}

const policyJson = ({ name, policy, exemptShare, scaShare, paths, projections }: PolicyResult, money: (minor: bigint) => string): Record<string, unknown> => ({
  name,
  id: policy.id,
  version: policy.version,
  exemptShare,
  scaShare,
  paths: paths.map(({ path, payments, share, valueMinor, fraudMinor }) => ({ path, payments, share, value: money(valueMinor), fraud: money(fraudMinor) })),
  projections: projections.map((one) => ({
    instrument: one.instrument,
    fraud: money(one.observed.fraudValue),
    total: money(one.observed.totalValue),
    observedBasisPoints: one.observedBasisPoints,
    projectedBasisPoints: one.projectedBasisPoints,
    confidence95: [one.lowBasisPoints, one.highBasisPoints],
    band: one.band === null ? null : money(one.band),
    bandAtWorst: one.bandAtWorst === null ? null : money(one.bandAtWorst),
    movedShare: one.movedShare,
  })),
});
