import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { logFor } from '@assent/platform';
import { LedgerMetrics } from '../ledger-metrics';
import { LogIdentity } from '../log-identity';
import { LogOpening } from '../storage/log-opening';
import { CheckpointSigning, LogInconsistent } from './checkpoint-signing';

/** After an outage, or while another replica signs. */
const AGAIN_MS = 500;
const MARGIN_MS = 500;
const log = logFor('checkpointer');

/**
 * Keeps checkpoints close behind the leaves: at the latest so long after a leaf as the configuration says, or after so many leaves. With several replicas each
 * one that appends also signs; the database lets one at a time, and who comes second finds nothing left to do.
 */
@Injectable()
export class Checkpointer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private appendedSize = 0;
  private signedSize = -1;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | null = null;
  private isClosing = false;

  constructor(
    @Inject(LogIdentity) private readonly identity: LogIdentity,
    @Inject(LogOpening) private readonly opening: LogOpening,
    @Inject(CheckpointSigning) private readonly signing: CheckpointSigning,
    @Inject(LedgerMetrics) private readonly metrics: LedgerMetrics,
  ) {}

  /** What a stopped replica left unsigned is signed now; a new log begins with the checkpoint of the empty tree. */
  onApplicationBootstrap(): void {
    void this.opening.opened().then(
      () => this.run(),
      () => undefined,
    );
  }

  /** Signs once more while the database is still connected, so that as little as possible lies unsigned while the service is down. */
  async beforeApplicationShutdown(): Promise<void> {
    if (this.appendedSize > Math.max(this.signedSize, 0)) await this.run();
    this.isClosing = true;
    clearTimeout(this.timer);
    await this.running;
  }

  /** The log has grown to `size`: called after each commit. */
  grown(size: number): void {
    this.appendedSize = Math.max(this.appendedSize, size);
    if (this.appendedSize - this.signedSize >= this.identity.checkpointLeaves) void this.run();
    else this.schedule(this.delayMs);
  }

  /** Resolves once a checkpoint covers `size` leaves, or signing has failed. For evidence that is asked for right after the fact. */
  async cover(size: number): Promise<void> {
    if (this.signedSize < size) await this.run();
  }

  /** A little less than what is promised, since signing itself takes a moment. */
  private get delayMs(): number {
    const { checkpointIntervalMs } = this.identity;
    return checkpointIntervalMs - Math.min(MARGIN_MS, checkpointIntervalMs / 4);
  }

  /** One run at a time; who asks meanwhile gets the one under way, and leaves that it misses are scheduled again. */
  private run(): Promise<void> {
    this.running ??= this.signOnce().finally(() => {
      this.running = null;
      if (this.appendedSize > this.signedSize) this.schedule(this.delayMs);
    });
    return this.running;
  }

  private async signOnce(): Promise<void> {
    if (this.isClosing) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    try {
      const signing = await this.signing.signIfGrown();
      if (signing.kind === 'busy') {
        this.schedule(AGAIN_MS);
        return;
      }
      this.signedSize = signing.size;
      this.metrics.signed(signing.size);
    } catch (error) {
      if (error instanceof LogInconsistent) {
        this.metrics.foundInconsistent();
        log.error('the log contradicts its checkpoints: nothing is signed', { reason: error.reason, error });
      } else {
        log.warn('signing a checkpoint failed', { error });
      }
      this.schedule(Math.max(AGAIN_MS, this.identity.checkpointIntervalMs));
    }
  }

  /** The first leaf after a checkpoint sets the clock; later ones do not push it back. */
  private schedule(afterMs: number): void {
    if (this.isClosing || this.timer !== undefined) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.run();
    }, afterMs);
    this.timer.unref();
  }
}
