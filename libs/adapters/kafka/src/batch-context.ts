import type { DeadLetterCode, InboundEvent } from '@assent/contracts';
import type { Tx } from '@assent/postgres';

/** What a handler gets beside its batch: the transaction that everything it does must go through. */
export interface BatchContext {
  readonly tx: Tx;
  /** Refuses a message for a reason that a repeat cannot change. `reason`: one sentence naming the field and the cure, never its content. */
  deadLetter(event: InboundEvent, code: DeadLetterCode, reason: string): void;
}

export type BatchHandler = (batch: InboundEvent[], context: BatchContext) => Promise<void>;
