const REDRAW_MS = 200;
const ERASE_LINE = '\r\u001b[2K';
const CELLS = 30;

/** A bar on a terminal that tells how much of a file has been read; nothing where nobody watches. */
export class ByteProgress {
  private readonly beganMs: number;
  private drawnMs = 0;
  private bytes = 0;

  constructor(
    private readonly stream: NodeJS.WriteStream,
    private readonly total: number,
    private readonly nowMs: () => number,
  ) {
    this.beganMs = nowMs();
  }

  add(bytes: number): void {
    this.bytes += bytes;
  }

  show(lines: number): void {
    const nowMs = this.nowMs();
    if (!this.stream.isTTY || nowMs - this.drawnMs < REDRAW_MS) return;
    this.drawnMs = nowMs;
    const part = Math.min(1, this.bytes / Math.max(1, this.total));
    const filled = Math.round(CELLS * part);
    const rate = Math.round(lines / Math.max(0.001, (nowMs - this.beganMs) / 1000));
    this.stream.write(`${ERASE_LINE}[${'█'.repeat(filled)}${'·'.repeat(CELLS - filled)}] ${Math.floor(100 * part)} %  ${lines} payments, ${rate}/s`);
  }

  clear(): void {
    if (this.stream.isTTY && this.drawnMs > 0) this.stream.write(ERASE_LINE);
  }
}
