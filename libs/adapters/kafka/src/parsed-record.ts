import type { DeadLetterReason, Envelope, InboundEvent, RawRecord, TopicName } from '@assent/contracts';
import type { Result } from '@assent/kernel';

/** A record and what the contract says of it. Reading happens once, before any transaction. */
export interface Parsed {
  readonly name: TopicName;
  readonly record: RawRecord;
  readonly result: Result<InboundEvent, DeadLetterReason & { readonly envelope: Envelope | null }>;
}
