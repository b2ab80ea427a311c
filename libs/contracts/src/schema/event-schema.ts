import type { EventDefinition } from '../events/registry';
import type { JsonSchema } from '../fields';
import { schemasOf } from './json-schema';

export const JSON_SCHEMA_DRAFT = 'http://json-schema.org/draft-07/schema#';

/** The JSON Schema of an event's body, complete in itself. */
export function eventSchema({ type, body, fields }: EventDefinition): JsonSchema {
  const schemas = schemasOf(body, { fields, refer: (name) => `#/definitions/${name}` });
  return {
    $schema: JSON_SCHEMA_DRAFT,
    $id: `urn:assent:event:${type}`,
    title: type,
    ...schemas.body,
    ...(schemas.parts.size > 0 ? { definitions: Object.fromEntries(schemas.parts) } : {}),
  };
}
