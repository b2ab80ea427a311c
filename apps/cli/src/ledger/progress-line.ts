/** How often the line is redrawn, in milliseconds. */
const REDRAW_MS = 200;
const ERASE_LINE = '\r\u001b[2K';

/** One line on a terminal that tells how far a long check is; nothing where nobody watches. */
export class ProgressLine {
  private readonly beganMs: number;
  private drawnMs = 0;

  constructor(
    private readonly stream: NodeJS.WriteStream,
    private readonly nowMs: () => number,
  ) {
    this.beganMs = nowMs();
  }

  show(done: number, total: number): void {
    const nowMs = this.nowMs();
    if (!this.stream.isTTY || nowMs - this.drawnMs < REDRAW_MS) return;
    this.drawnMs = nowMs;
    const rate = done / Math.max(0.001, (nowMs - this.beganMs) / 1000);
    const left = Math.ceil((total - done) / Math.max(1, rate));
    this.stream.write(`${ERASE_LINE}${done} of ${total} entries (${Math.floor((100 * done) / total)} %), ${Math.round(rate)}/s, about ${left} s left`);
  }

  clear(): void {
    if (this.stream.isTTY && this.drawnMs > 0) this.stream.write(ERASE_LINE);
  }
}
