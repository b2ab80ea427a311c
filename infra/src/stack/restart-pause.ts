/** Whoever ran for so long is healthy: its end is news, and it is started again at once. */
const STEADY_AFTER_MS = 5000;
/** A dead program or engine is back within 2 s, so no pause is longer; one that cannot start at all does not spin. */
const PAUSES_MS = [0, 100, 250, 500, 1000];

/** How long to wait before the next start, given how often in a row it ended soon after its start. */
export class RestartPause {
  private failures = 0;

  /** @param ranMs how long the process that has just ended had run */
  next(ranMs: number): number {
    this.failures = ranMs >= STEADY_AFTER_MS ? 0 : this.failures + 1;
    return PAUSES_MS[Math.min(Math.max(this.failures - 1, 0), PAUSES_MS.length - 1)] ?? 0;
  }
}
