import type { OutboundEvent } from '../envelope';
import { EVENTS, valueBytesMax } from '../events/registry';
import type { OutboundRecord } from '../record';
import { bodyErrorsOfWriter } from './check-own-body';
import { type GatewayTopology, topicFor } from '../topics';

/** What the writer of the outbox adds to an event. */
export interface Stamp {
  /** `/services/<name>`. */
  readonly source: string;
  /** UUIDv7. */
  readonly id: string;
  /** RFC 3339, UTC. */
  readonly time: string;
  readonly traceparent: string | null;
  readonly topology: GatewayTopology;
}

/**
 * An event as the record that is published: CloudEvents attributes as `ce_` headers, the body as JSON.
 * `traceparent` stands twice: under the binding's prefix, and plain, where OpenTelemetry's Kafka instrumentations look for it.
 * Throws if the body does not fit its own contract: that is a bug of the writer, and it must not reach a consumer.
 */
export function encodeEvent(event: OutboundEvent, { source, id, time, traceparent, topology }: Stamp): OutboundRecord {
  const definition = EVENTS[event.type];
  const fault = bodyErrorsOfWriter(definition, event.body);
  if (fault !== null) throw new Error(`${event.type} does not fit its contract: ${fault}`);
  const value = Buffer.from(JSON.stringify(event.body), 'utf8');
  if (value.length > valueBytesMax(definition)) throw new Error(`${event.type} is larger than its contract allows`);
  const headers: Record<string, string> = {
    ce_specversion: '1.0',
    ce_id: id,
    ce_source: source,
    ce_type: event.type,
    ce_time: time,
    'content-type': 'application/json',
  };
  if (event.subject !== null) {
    headers['ce_subject'] = event.subject;
    headers['ce_correlationid'] = event.subject;
  }
  if (event.causationId !== null) headers['ce_causationid'] = event.causationId;
  if (event.sequence !== undefined && event.sequence !== null) headers['ce_sequence'] = String(event.sequence);
  if (event.subjectRef !== undefined && event.subjectRef !== null) headers['ce_subjectref'] = event.subjectRef;
  if (traceparent !== null) {
    headers['ce_traceparent'] = traceparent;
    headers['traceparent'] = traceparent;
  }
  const topic = event.gatewayId === null ? definition.topic : topicFor(definition.topic, event.gatewayId, topology);
  return { topic, key: event.key, headers, value };
}
