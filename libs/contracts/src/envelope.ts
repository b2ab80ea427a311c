import type { EventType } from './events/event-types';
import type { RawRecord } from './record';

/**
 * CloudEvents 1.0, Kafka binding, binary mode (interface section 1).
 * A message is identified by (source, id, redrive): the same with the same bytes is a redelivery, with other bytes `ID_REUSED`.
 */
export interface Envelope {
  readonly id: string;
  /** `/gateways/<gatewayId>` or `/services/<name>`. */
  readonly source: string;
  /** For example `sca.requested.v1`. */
  readonly type: string;
  /** The authentication id, where there is one. */
  readonly subject: string | null;
  /** RFC 3339, UTC. Informational: the broker's and the database's clocks decide. */
  readonly time: string;
  readonly correlationId: string | null;
  readonly causationId: string | null;
  readonly traceparent: string | null;
  /** Counts up per key and producer; null from a gateway. */
  readonly sequence: number | null;
  /** Keyed pseudonym of the payer, for the ledger and for erasure; null from a gateway. */
  readonly subjectRef: string | null;
  /** 0, or how often this dead letter was redriven (`dlq-redrive`). */
  readonly redrive: number;
}

/** A message whose envelope and body fit the contract. */
export interface InboundEvent<Body = unknown> extends Envelope {
  readonly key: string;
  /** From the key where it is `<gatewayId>:<id>`, else null. */
  readonly gatewayId: string | null;
  /** Milliseconds, the broker's append time. */
  readonly brokerTimeMs: number;
  readonly body: Body;
  /** The bytes as they came. */
  readonly raw: RawRecord;
}

/** An event of one of our services, before it becomes bytes. `id`, `time`, `source` and `traceparent` are filled in by the outbox writer. */
export interface OutboundEvent<Body = unknown> {
  readonly type: EventType;
  readonly key: string;
  /** Whose topic it goes to (`topicFor`). Null for events that belong to no gateway. */
  readonly gatewayId: string | null;
  readonly subject: string | null;
  readonly body: Body;
  readonly causationId: string | null;
  readonly sequence?: number | null;
  readonly subjectRef?: string | null;
  /** The trace of the message that led to it; without it, the trace that is current when it is written. */
  readonly traceparent?: string | null;
  /** Only where an earlier message is published again byte for byte (a stored verdict). */
  readonly id?: string;
  readonly time?: string;
}

/** What an event says of the message that led to it: spread into an OutboundEvent. */
export const causedBy = (cause: Envelope): { causationId: string; traceparent: string | null } => ({ causationId: cause.id, traceparent: cause.traceparent });

/** Why a message went to the dead letters. Closed: tools and alerts count them. */
export const DEAD_LETTER_CODES = [
  'ENVELOPE_INVALID',
  'TYPE_UNKNOWN',
  'VALUE_MISSING',
  'VALUE_TOO_LARGE',
  'VALUE_NOT_JSON',
  'BODY_INVALID',
  'KEY_MISMATCH',
  'GATEWAY_UNKNOWN',
  'ID_REUSED',
  'REQUEST_CONFLICT',
  'WEBHOOK_UNCLAIMED',
  'HANDLER_FAILED',
] as const;
export type DeadLetterCode = (typeof DEAD_LETTER_CODES)[number];

/** One sentence naming the field and the cure, never the content: it travels in a header and in logs. */
export interface DeadLetterReason {
  readonly code: DeadLetterCode;
  readonly reason: string;
}
