/** Colours are for eyes: none where the output is no terminal, or whoever looks has said so (https://no-color.org). */
const inColour = (): boolean => process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '';

const paint = (code: number) => (text: string): string => (inColour() ? `\u001b[${code}m${text}\u001b[0m` : text);
export const bad = paint(31);
export const good = paint(32);
export const faint = paint(2);

// eslint-disable-next-line no-control-regex -- the sequences that colours are made of
const COLOURS = /\u001b\[\d+m/g;
const GAP = '  ';

const widthOf = (text: string): number => text.replace(COLOURS, '').length;

/** Rows as lines with aligned columns; numbers (`right`) to the right. The last column is not padded. */
export function table(rows: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) => Math.max(0, ...rows.map((row) => widthOf(row[column] ?? ''))));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const padding = ' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell)));
        if (right.includes(column)) return padding + cell;
        return column === row.length - 1 ? cell : cell + padding;
      })
      .join(GAP)
      .trimEnd(),
  );
}

/** Texts of others (reasons, keys) on a terminal: without the characters that could move its cursor. */
export const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '·');

const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3600;
const DAY_SECONDS = 86_400;

/** `4.2 s`, `3 min`, `2.5 h`: to be read, not to be parsed. */
export function duration(seconds: number): string {
  if (seconds < MINUTE_SECONDS) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  if (seconds < HOUR_SECONDS) return `${Math.round(seconds / MINUTE_SECONDS)} min`;
  return seconds < DAY_SECONDS ? `${(seconds / HOUR_SECONDS).toFixed(1)} h` : `${(seconds / DAY_SECONDS).toFixed(1)} d`;
}
