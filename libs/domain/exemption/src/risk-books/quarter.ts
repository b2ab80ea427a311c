import type { Quarter } from './fraud-rate';

/** A span of time in milliseconds since 1970, UTC: from the first included to the last excluded. */
export interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

const QUARTER = /^(\d{4})-Q([1-4])$/;
const MONTHS = 3;

/** "Rolling quarterly (90 days)" means once for each calendar quarter (EBA Q&A 2018_4045). */
export function quarterOf(ms: number): Quarter {
  const at = new Date(ms);
  return `${String(at.getUTCFullYear()).padStart(4, '0')}-Q${Math.floor(at.getUTCMonth() / MONTHS) + 1}`;
}

/** The span of a quarter, or null for what is none. */
export function spanOf(quarter: Quarter): Span | null {
  const match = QUARTER.exec(quarter);
  if (match === null) return null;
  const year = Number(match[1]);
  const month = (Number(match[2]) - 1) * MONTHS;
  return { fromMs: Date.UTC(year, month), untilMs: Date.UTC(year, month + MONTHS) };
}

const beside = (quarter: Quarter, read: (span: Span) => number): Quarter => {
  const span = spanOf(quarter);
  if (span === null) throw new Error('invariant broken: a quarter is written as 2026-Q3');
  return quarterOf(read(span));
};

export const quarterBefore = (quarter: Quarter): Quarter => beside(quarter, ({ fromMs }) => fromMs - 1);
export const quarterAfter = (quarter: Quarter): Quarter => beside(quarter, ({ untilMs }) => untilMs);

/** The last quarter that is over, and has been for at least `settleMs`: outcomes need a while to arrive. */
export const lastComplete = (nowMs: number, settleMs: number): Quarter => quarterBefore(quarterOf(nowMs - settleMs));
