import Ajv, { type ValidateFunction } from 'ajv';
import type { EventType } from '../events/event-types';
import { EVENTS, type EventDefinition } from '../events/registry';
import { isRealDate } from '../fields';
import { eventSchema } from './event-schema';

const ajv = new Ajv({ allErrors: false, strict: true, strictRequired: false, ownProperties: true });
// The pattern beside the format has the grammar; the format adds that the day exists.
ajv.addFormat('date-time', { type: 'string', validate: isRealDate });

const compiled = new Map<EventType, ValidateFunction>();

function compile(event: EventDefinition): ValidateFunction {
  const validate = compiled.get(event.type) ?? ajv.compile(eventSchema(event));
  compiled.set(event.type, validate);
  return validate;
}

/**
 * An event's JSON Schema as code: several times quicker than class-validator and held to the same answers by a property test.
 * For what our own services write; compiled at the first message of a type, or beforehand by `prepareSchemas`.
 */
export const fitsSchema = (event: EventDefinition, body: unknown): boolean => compile(event)(body);

/** Compiles the schemas of these events at start-up, so that no first message waits some ten milliseconds for it. */
export function prepareSchemas(types: readonly EventType[]): void {
  for (const type of types) compile(EVENTS[type]);
}
