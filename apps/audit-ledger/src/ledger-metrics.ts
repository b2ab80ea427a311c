import { Inject, Injectable } from '@nestjs/common';
import { Metrics } from '@assent/platform';

/** What an operator watches: that the log grows, that checkpoints follow, and that it was never found inconsistent. */
@Injectable()
export class LedgerMetrics {
  private readonly leaves;
  private readonly size;
  private readonly signedSize;
  private readonly inconsistent;
  private readonly held;

  constructor(@Inject(Metrics) metrics: Metrics) {
    this.leaves = metrics.counter('ledger_leaves_total', 'Leaves appended by this replica', ['type']);
    this.size = metrics.gauge('ledger_log_size', 'Leaves in the log, as this replica last saw it');
    this.signedSize = metrics.gauge('ledger_checkpoint_size', 'Leaves that the last checkpoint seen by this replica covers');
    this.inconsistent = metrics.gauge('ledger_inconsistent', '1 while the stored log contradicts its own checkpoints: nothing is signed then');
    this.held = metrics.histogram('ledger_append_seconds', "How long a batch held the log's turn, from the lock to the rows written");
  }

  appended(types: readonly string[], size: number, seconds: number): void {
    for (const type of types) this.leaves.inc({ type });
    this.size.set(size);
    this.held.observe(seconds);
  }

  signed(size: number): void {
    this.signedSize.set(size);
    this.inconsistent.set(0);
  }

  foundInconsistent(): void {
    this.inconsistent.set(1);
  }
}
