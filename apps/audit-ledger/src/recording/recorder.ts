import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { AuditEntryV1, InboundEvent } from '@assent/contracts';
import { hashToBase64, isUuid, NONCE_BYTES } from '@assent/domain-ledger';
import { toRfc3339 } from '@assent/kernel';
import type { Tx } from '@assent/postgres';
import { Checkpointer } from '../checkpoints/checkpointer';
import { LedgerMetrics } from '../ledger-metrics';
import { LogIdentity } from '../log-identity';
import { LogOpening } from '../storage/log-opening';
import { appendToLog, takeTurn } from './append-to-log';
import { EventPseudonyms, type EventFacts, factsOf } from './event-facts';
import { type PreparedLeaf, prepareLeaf } from './prepared-leaf';
import { SubjectKeys } from './subject-keys';

/** Writes events into the log: one leaf each, in the order given, in the caller's transaction. */
@Injectable()
export class Recorder {
  constructor(
    @Inject(LogIdentity) private readonly identity: LogIdentity,
    @Inject(LogOpening) private readonly opening: LogOpening,
    @Inject(SubjectKeys) private readonly keys: SubjectKeys,
    @Inject(EventPseudonyms) private readonly pseudonyms: EventPseudonyms,
    @Inject(Checkpointer) private readonly checkpointer: Checkpointer,
    @Inject(LedgerMetrics) private readonly metrics: LedgerMetrics,
  ) {}

  async record(events: readonly InboundEvent[], tx: Tx): Promise<void> {
    if (events.length === 0) return;
    await this.opening.opened();
    const leaves = await this.prepare(events, tx);
    const head = await takeTurn(tx);
    const began = performance.now();
    const { size } = await appendToLog(tx, head, leaves);
    const seconds = (performance.now() - began) / 1000;
    const recordedAt = toRfc3339(head.nowMs);
    leaves.forEach((leaf, i) => this.publish(leaf, head.frontier.size + i, recordedAt, tx));
    tx.afterCommit(() => {
      this.metrics.appended(leaves.map(({ leaf }) => leaf.type), size, seconds);
      this.checkpointer.grown(size);
    });
  }

  private async prepare(events: readonly InboundEvent[], tx: Tx): Promise<PreparedLeaf[]> {
    const about = events.map((event): [InboundEvent, EventFacts] => [event, factsOf(event, this.pseudonyms)]);
    const keys = await this.keys.of(tx, about.map(([, { holder }]) => holder));
    const nonces = randomBytes(NONCE_BYTES * about.length);
    return about.map(([event, facts], i) => {
      const key = keys.get(facts.holder);
      if (key === undefined) throw new Error('invariant broken: every holder has a key');
      return prepareLeaf(event, facts, key, nonces.subarray(i * NONCE_BYTES, (i + 1) * NONCE_BYTES));
    });
  }

  private publish({ leaf, text, hash, traceparent }: PreparedLeaf, index: number, recordedAt: string, tx: Tx): void {
    const body = { logId: this.identity.logId, index, leafHash: hashToBase64(hash), leaf: text, recordedAt } satisfies AuditEntryV1;
    tx.publish({
      type: 'audit.entry.v1',
      key: this.identity.logId,
      gatewayId: null,
      // Only what the leaf itself may show.
      subject: leaf.authentication?.startsWith('keyed:') === false ? leaf.authentication : null,
      body,
      causationId: isUuid(leaf.id) ? leaf.id : null,
      sequence: index,
      subjectRef: leaf.subjectRef,
      traceparent,
    });
  }
}
