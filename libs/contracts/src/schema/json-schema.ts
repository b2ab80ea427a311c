import { type JsonSchema, type WireClass, shapeOf } from '../fields';

export interface SchemaOptions {
  /** Whether fields that the class does not know are refused, in the body and in all its parts. */
  readonly fields: 'closed' | 'open';
  /** How a part's schema is referred to, given its class's name. */
  readonly refer: (name: string) => string;
}

export interface SchemaSet {
  readonly body: JsonSchema;
  /** Schemas of the parts by class name, in the order in which they were met. */
  readonly parts: ReadonlyMap<string, JsonSchema>;
}

/** JSON Schemas (draft 07) of a class and its parts, from the same decorators that class-validator runs on. */
export function schemasOf(wireClass: WireClass, options: SchemaOptions): SchemaSet {
  const parts = new Map<string, JsonSchema>();
  const classes = new Map<string, WireClass>();

  const refer = (part: WireClass): string => {
    const known = classes.get(part.name);
    if (known !== undefined && known !== part) throw new Error(`two parts are named ${part.name}`);
    if (known === undefined) {
      classes.set(part.name, part);
      parts.set(part.name, {});
      parts.set(part.name, objectSchema(part));
    }
    return options.refer(part.name);
  };

  const objectSchema = (described: WireClass): JsonSchema => {
    const properties: Record<string, JsonSchema> = {};
    const required: string[] = [];
    for (const { name, rule, presence } of shapeOf(described).fields.values()) {
      const { description } = rule;
      const schema = rule.part === undefined ? rule.schema : partSchema(rule.part(), rule.list === true, rule.schema);
      properties[name] = { description, ...(presence.nullable ? orNull(schema) : schema) };
      if (!presence.optional) required.push(name);
    }
    return { type: 'object', properties, ...(required.length > 0 ? { required } : {}), ...(options.fields === 'closed' ? { additionalProperties: false } : {}) };
  };

  const partSchema = (part: WireClass, list: boolean, bounds: JsonSchema): JsonSchema =>
    list ? { type: 'array', items: { $ref: refer(part) }, ...bounds } : { allOf: [{ $ref: refer(part) }] };

  const body = objectSchema(wireClass);
  return { body, parts };
}

/** `null`, or what the schema says. `allOf` around a reference stands for the reference alone (draft 07 ignores what stands beside one). */
function orNull(schema: JsonSchema): JsonSchema {
  return { anyOf: [schema, { type: 'null' }] };
}
