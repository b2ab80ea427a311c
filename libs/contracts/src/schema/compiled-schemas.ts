import Ajv, { type ValidateFunction } from 'ajv';
import { type EventDefinition } from '../events/registry';
import { isRealDate } from '../fields';
import { eventSchema } from './event-schema';

const ajv = new Ajv({ allErrors: false, strict: true, strictRequired: false, ownProperties: true });
// The pattern beside the format has the grammar; the format adds that the day exists.
ajv.addFormat('date-time', { type: 'string', validate: isRealDate });

const compiled = new Map<string, ValidateFunction>();

/**
 * An event's JSON Schema as code: several times quicker than class-validator and held to the same answers by a property test.
 * For what our own services write; compiled at the first message of a type.
 */
export function fitsSchema(event: EventDefinition, body: unknown): boolean {
  let validate = compiled.get(event.type);
  if (validate === undefined) compiled.set(event.type, (validate = ajv.compile(eventSchema(event))));
  return validate(body);
}
