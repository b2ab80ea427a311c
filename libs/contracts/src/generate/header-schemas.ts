import { EVENT_TYPES } from '../events/event-types';
import type { JsonSchema } from '../fields';

const text = (description: string, rest: JsonSchema = {}): JsonSchema => ({ type: 'string', description, ...rest });

/** The CloudEvents attributes, as the headers of a message. */
export const envelopeSchema = (): JsonSchema => ({
  type: 'object',
  properties: {
    ce_specversion: text('CloudEvents version.', { const: '1.0' }),
    ce_id: text('Made by the producer, best a UUIDv7: with ce_source it identifies the message.', { pattern: '^[A-Za-z0-9._:-]{1,128}$' }),
    ce_source: text('Who wrote it: /gateways/<gatewayId> or /services/<name>.', { pattern: '^/(gateways|services)/[a-z0-9-]+$' }),
    ce_type: text('The event type.', { enum: [...EVENT_TYPES] }),
    ce_time: text('RFC 3339, UTC. Informational.', { format: 'date-time' }),
    ce_subject: text('The authentication id, where there is one.'),
    'content-type': text('application/json'),
    ce_correlationid: text('The authentication id.'),
    ce_causationid: text('The ce_id that led to this.'),
    ce_traceparent: text('W3C Trace Context; also as the plain header traceparent.'),
    ce_sequence: text('From our services: counts up per key and producer. A consumer ignores what is not newer.'),
    ce_subjectref: text('From our services: keyed pseudonym of the payer.'),
    'dlq-redrive': text('1, 2, …: how often this message was redriven. It then counts as a message of its own.'),
  },
  required: ['ce_specversion', 'ce_id', 'ce_source', 'ce_type', 'ce_time'],
});

/** What a dead letter carries beside the original's headers. */
export const deadLetterHeadersSchema = (codes: readonly string[]): JsonSchema => ({
  type: 'object',
  properties: {
    'dlq-origin': text('topic/partition/offset of the original.'),
    'dlq-code': text('Why it was set aside.', { enum: [...codes] }),
    'dlq-reason': text('One sentence naming the field and the cure, never its content.'),
    'dlq-attempts': text('How often it was tried.'),
    'dlq-first-at': text('First try, RFC 3339.', { format: 'date-time' }),
    'dlq-last-at': text('Last try, RFC 3339.', { format: 'date-time' }),
    'dlq-service': text('The service that set it aside.'),
  },
  required: ['dlq-origin', 'dlq-code', 'dlq-reason', 'dlq-attempts', 'dlq-first-at', 'dlq-last-at', 'dlq-service'],
});
