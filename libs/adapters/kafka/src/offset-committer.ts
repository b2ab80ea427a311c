import { failpoint } from '@assent/platform';
import type { Consumer } from 'kafkajs';

/**
 * Commits offsets after their effects, a moment later and together: one request for all partitions instead of one for each batch.
 * What a crash leaves uncommitted is fetched again and found in the inbox.
 */
export class OffsetCommitter {
  private readonly pending = new Map<string, { topic: string; partition: number; offset: string }>();
  private flushing: Promise<void> | null = null;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly consumer: Consumer,
    private readonly report: (error: unknown) => void,
    private readonly delayMs = 200,
  ) {}

  /** The next offset to read: one past the last handled. */
  note(topic: string, partition: number, lastOffset: string): void {
    this.pending.set(`${topic}/${partition}`, { topic, partition, offset: (BigInt(lastOffset) + 1n).toString() });
    this.timer ??= setTimeout(() => void this.flush(), this.delayMs);
  }

  /** Commits what is pending now. A refused commit (the group has moved on) is reported and forgotten: the new owner reads again. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.flushing;
    if (this.pending.size === 0) return;
    const offsets = [...this.pending.values()];
    this.pending.clear();
    failpoint('offsets', 'before-commit');
    this.flushing = this.consumer.commitOffsets(offsets).catch((error: unknown) => this.report(error));
    await this.flushing;
    failpoint('offsets', 'after-commit');
    this.flushing = null;
  }
}
