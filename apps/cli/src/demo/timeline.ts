/** One thing that happened on the way, in milliseconds after the request was sent. */
export interface Step {
  readonly atMs: number;
  readonly what: string;
  readonly detail: string;
}

const WHAT_COLUMNS = 30;

/** A table that is read from top to bottom: when, how much later than the line above, what. In the order in which things happened, not in that of asking. */
export function renderTimeline(steps: readonly Step[]): string {
  const inOrder = [...steps].sort((a, b) => a.atMs - b.atMs);
  const rows = inOrder.map(({ atMs, what, detail }, index) => {
    const since = index === 0 ? 0 : atMs - (inOrder[index - 1]?.atMs ?? 0);
    return `${atMs.toFixed(0).padStart(7)} ms ${`+${since.toFixed(0)}`.padStart(7)}   ${what.padEnd(WHAT_COLUMNS)} ${detail}`.trimEnd();
  });
  return rows.join('\n');
}
