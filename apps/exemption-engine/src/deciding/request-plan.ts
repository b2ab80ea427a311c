import { type InboundEvent, requestHash, type ScaRequestedV1 } from '@assent/contracts';
import type { AuthenticationRecord } from '../storage/authentication-table';

/** What is to be done about one request of a batch. */
export type PlannedRequest =
  /** Seen for the first time: decide it. */
  | { readonly kind: 'first'; readonly event: InboundEvent<ScaRequestedV1>; readonly requestHash: string }
  /** The same content in another message: the gateway lost its answer, so it is published again. */
  | { readonly kind: 'again'; readonly event: InboundEvent<ScaRequestedV1> }
  /** Other content under an id that is taken: refused, and the first request goes on untouched. */
  | { readonly kind: 'conflict'; readonly event: InboundEvent<ScaRequestedV1> };

/** Sorts a batch, in order: a request may be repeated or contradicted within it. */
export function planRequests(batch: readonly InboundEvent<ScaRequestedV1>[], records: ReadonlyMap<string, AuthenticationRecord>): PlannedRequest[] {
  const hashes = new Map<string, string>();
  return batch.map((event) => {
    const hash = requestHash(event.body);
    const taken = records.get(event.key)?.standing?.requestHash ?? hashes.get(event.key);
    if (taken !== undefined) return { kind: taken === hash ? 'again' : 'conflict', event };
    hashes.set(event.key, hash);
    return { kind: 'first', event, requestHash: hash };
  });
}
