import type { InboundEvent } from '@assent/contracts';
import {
  commitmentKeyOf,
  commitmentOf,
  exactBytesOf,
  type Hash,
  hashToBytes,
  type Leaf,
  leafAuthentication,
  leafHash,
  leafId,
  leafText,
  seal,
} from '@assent/domain-ledger';
import { toRfc3339 } from '@assent/kernel';
import type { EventFacts } from './event-facts';
import type { SubjectKey } from './subject-keys';

/** Everything about a leaf but its place: made before the log's turn is taken, so that the turn is short. */
export interface PreparedLeaf {
  readonly leaf: Leaf;
  /** The exact text that is hashed. */
  readonly text: string;
  readonly hash: Hash;
  readonly vendorSession: string | null;
  readonly keyId: string;
  readonly sealed: Buffer;
  readonly traceparent: string | null;
}

/** The exact bytes of an event as the broker carried it: topic, key, value and all headers. */
export function bytesOf({ raw }: InboundEvent): Buffer {
  return exactBytesOf({ topic: raw.topic, key: raw.key, value: raw.value, headers: [...Object.entries(raw.headers), ...(raw.repeatedHeaders ?? [])] });
}

/** @param nonce 12 random bytes of its own */
export function prepareLeaf(event: InboundEvent, facts: EventFacts, { id: keyId, secret, sealingKey }: SubjectKey, nonce: Buffer): PreparedLeaf {
  const bytes = bytesOf(event);
  const leaf: Leaf = {
    type: event.type,
    source: event.source,
    id: leafId(secret, event.id),
    time: closedTime(event),
    gateway: facts.gateway,
    authentication: facts.authentication === null ? null : leafAuthentication(secret, facts.authentication),
    subjectRef: facts.subjectRef,
    commitment: commitmentOf(commitmentKeyOf(secret, event.source, event.id), bytes),
  };
  const text = leafText(leaf);
  const hash = leafHash(text);
  // Bound to the leaf: sealed bytes that are moved to another leaf do not open.
  const sealed = seal(bytes, sealingKey, nonce, hashToBytes(hash));
  return { leaf, text, hash, vendorSession: facts.vendorSession, keyId, sealed, traceparent: event.traceparent };
}

/** The producer's time in the one form that leaves have; the broker's where the producer's has no such form. */
function closedTime({ time, brokerTimeMs }: InboundEvent): string {
  const ms = Date.parse(time);
  const isWritable = ms >= 0 && ms < Date.UTC(9999, 11, 31);
  return toRfc3339(isWritable ? ms : brokerTimeMs);
}
