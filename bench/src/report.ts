import type { Measure } from './benchmark';

const rounded = (value: number): number => (Number.isFinite(value) ? Number(value.toPrecision(4)) : value);

/** The line of one measure for programs (interface section 4). */
export const jsonLine = (bench: string, { measure, unit, ours, peer, peerName, ratio }: Measure): string =>
  JSON.stringify({ bench, measure, unit, ours: rounded(ours), peer: rounded(peer), peerName, ratio: rounded(ratio) });

/** A number with as many digits as it deserves. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** One row per measure, peers side by side: what people read. */
export function table(measures: readonly Measure[]): string {
  const peers = [...new Set(measures.map(({ peerName }) => peerName))];
  const rows = [...Map.groupBy(measures, ({ measure, unit }) => `${measure}\0${unit}`).values()].map((group): string[] => {
    const cells = peers.flatMap((name) => {
      const found = group.find(({ peerName }) => peerName === name);
      return found === undefined ? ['', ''] : [figure(found.peer), `${figure(found.ratio)}×`];
    });
    const [first] = group;
    return [first?.measure ?? '', first?.unit ?? '', figure(first?.ours ?? Number.NaN), ...cells];
  });
  return aligned([['measure', 'unit', 'ours', ...peers.flatMap((name) => [name, 'ratio'])], ...rows]);
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) => row.map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ').trimEnd()).join('\n');
}
