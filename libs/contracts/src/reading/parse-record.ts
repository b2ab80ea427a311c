import { type Result, ok, refuse } from '@assent/kernel';
import type { DeadLetterReason, Envelope, InboundEvent } from '../envelope';
import { isEventType } from '../events/event-types';
import { type EventDefinition, eventOf, valueBytesMax } from '../events/registry';
import type { RawRecord } from '../record';
import type { FieldError } from '../rules/field-error';
import { describeTopic, type GatewayTopology } from '../topics';
import { bodyErrors } from './check-body';
import { checkWriter } from './check-writer';
import { readEnvelope } from './read-envelope';
import { readJsonObject } from './read-json';
import { fieldAgainstKey, keyFormInWords, readKey } from './read-key';

export interface ParseOptions {
  readonly topology: GatewayTopology;
  readonly knowsGateway: (id: string) => boolean;
  /** `envelope` leaves the value unread (`body` is null): for whoever keeps bytes, as the ledger does. */
  readonly depth: 'full' | 'envelope';
}

/**
 * Why a record is no message of the contract. `envelope` is null where nothing proves that `ce_source` is who wrote it: then its id
 * claims nothing, so that nobody can use up another writer's ids.
 */
export interface ParseRefusal extends DeadLetterReason {
  readonly envelope: Envelope | null;
}

type Refusal = { readonly ok: false; readonly error: ParseRefusal };
const refusal = ({ code, reason }: DeadLetterReason, envelope: Envelope | null): Refusal => refuse({ code, reason, envelope });

/**
 * Reads a record: envelope, writer, key, type, value, body, in this order, since an identity counts only once its writer is sure.
 * Never throws: whatever a stranger sends is either a valid event or a dead letter with one code and a sentence.
 */
export function parseRecord(record: RawRecord, options: ParseOptions): Result<InboundEvent, ParseRefusal> {
  try {
    return parse(record, options);
  } catch {
    return refusal({ code: 'BODY_INVALID', reason: 'The message could not be read: check it against the schema of its type.' }, null);
  }
}

function parse(record: RawRecord, options: ParseOptions): Result<InboundEvent, ParseRefusal> {
  const topic = describeTopic(record.topic);
  if (topic === null || topic.deadLetter) return refusal({ code: 'TYPE_UNKNOWN', reason: 'The topic carries no event of the contract.' }, null);
  const event = eventOf(topic.name);
  const read = readEnvelope(record);
  if (!read.ok) return refusal({ code: 'ENVELOPE_INVALID', reason: read.error }, null);
  const { envelope, writer } = read.value;
  const key = readKey(record.key, event.key);
  if (key === null) return refusal({ code: 'KEY_MISMATCH', reason: `The key must be ${keyFormInWords(event.key)}.` }, null);
  const foreign = checkWriter({ ...options, event, writer, topic: record.topic, topicGateway: topic.gatewayId, keyGateway: key.gatewayId });
  if (foreign !== null) return refusal(foreign, null);
  if (envelope.type !== event.type) return refusal(wrongType(envelope.type, event), envelope);
  const value = record.value;
  if (value === null) return refusal({ code: 'VALUE_MISSING', reason: 'The message has no value: send a JSON object.' }, envelope);
  if (value.length > valueBytesMax(event)) return refusal(tooLarge(event), envelope);
  const { gatewayId } = key;
  const message = { ...envelope, key: key.text, gatewayId, brokerTimeMs: record.timestamp, raw: record };
  if (options.depth === 'envelope') return ok({ ...message, body: null });

  const json = readJsonObject(value, valueBytesMax(event));
  if (!json.ok) return refusal(json.error, envelope);
  const body = json.value;
  const errors = bodyErrors(event, body);
  if (errors.length > 0) return refusal({ code: 'BODY_INVALID', reason: summarise(errors) }, envelope);
  const disagreeing = fieldAgainstKey(body, key, event.key);
  if (disagreeing !== null) {
    return refusal({ code: 'KEY_MISMATCH', reason: `${disagreeing} and the key (${keyFormInWords(event.key)}) must name the same.` }, envelope);
  }
  if (event.key === 'authentication' && envelope.subject !== null && envelope.subject !== key.id) {
    return refusal({ code: 'KEY_MISMATCH', reason: 'The header ce_subject must be the authentication id of the body, or be left out.' }, envelope);
  }
  return ok({ ...message, body });
}

const wrongType = (type: string, { topic, type: expected }: EventDefinition): DeadLetterReason => ({
  code: 'TYPE_UNKNOWN',
  reason: `The header ce_type ${isEventType(type) ? 'names an event of another topic' : 'is no known event type'}: ${topic} carries ${expected}.`,
});

const tooLarge = (event: EventDefinition): DeadLetterReason => ({
  code: 'VALUE_TOO_LARGE',
  reason: `The value is larger than ${valueBytesMax(event) / 1024} KiB: send less.`,
});

function summarise(errors: readonly FieldError[]): string {
  const [first] = errors;
  if (first === undefined) return 'The body does not fit the schema of its type.';
  return errors.length === 1 ? first.message : `${first.message} (${errors.length - 1} more)`;
}
