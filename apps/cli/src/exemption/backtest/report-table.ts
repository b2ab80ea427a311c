import { formatMoney } from '@assent/kernel';
import type { BacktestResult, PolicyResult } from './backtest';

export const percent = (part: number): string => `${(100 * part).toFixed(2)} %`;
export const points = (value: number | null): string => (value === null ? 'none' : value.toFixed(4));
const PATH = 14;
const NUMBER = 16;
const columns = (...cells: readonly (string | number)[]): string => cells.map((cell) => String(cell).padStart(NUMBER)).join('');

/** The report for people at a terminal. */
export function reportTable(result: BacktestResult): string {
  const { payments, skipped, firstQuarter, lastQuarter, currency, policies, differences } = result;
  const money = (minor: bigint): string => formatMoney({ minor, currency });
  const left = skipped > 0 ? `; ${skipped} lines could not be read and were left out` : '';
  const lines = [`${payments} payments, ${firstQuarter ?? 'none'} to ${lastQuarter ?? 'none'}, ${currency}${left}`];
  for (const policy of policies) lines.push('', ...policyLines(policy, money));
  for (const { against, policy, moves } of differences) {
    lines.push('', `${policy} against ${against}: ${moves.length === 0 ? 'no payment goes another way' : ''}`);
    for (const { from, to, payments: count, valueMinor } of moves) {
      lines.push(`  ${`${from} → ${to}`.padEnd(PATH + 6)}${columns(count, money(valueMinor))}`);
    }
  }
  return lines.join('\n');
}

function policyLines({ name, policy, exemptShare, scaShare, paths, projections }: PolicyResult, money: (minor: bigint) => string): string[] {
  const header = `  ${'path'.padEnd(PATH)}${columns('payments', 'share', 'value', 'fraud then')}`;
  return [
    `${name} (${policy.id} version ${policy.version}): ${percent(exemptShare)} exempt, ${percent(scaShare)} with authentication`,
    header,
    ...paths.map(
      ({ path, payments, share, valueMinor, fraudMinor }) =>
        `  ${path.padEnd(PATH)}${columns(payments, percent(share), money(valueMinor), money(fraudMinor))}`,
    ),
    ...projections.map(
      ({ instrument, observedBasisPoints, projectedBasisPoints, lowBasisPoints, highBasisPoints, band, bandAtWorst, movedShare }) =>
        `  ${instrument}, remote: ${points(observedBasisPoints)} bps then, ${points(projectedBasisPoints)} bps projected ` +
        `(95 %: ${points(lowBasisPoints)} to ${points(highBasisPoints)}), ` +
        `${percent(movedShare)} of value moves; band ${band === null ? 'none' : money(band)}, at worst ${bandAtWorst === null ? 'none' : money(bandAtWorst)}`,
    ),
  ];
}
