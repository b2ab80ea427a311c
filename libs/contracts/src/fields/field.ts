import { ValidateBy } from 'class-validator';

/** A JSON Schema (draft 07) or a piece of one. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A class that describes an object on the wire. */
export type WireClass = new () => object;

/** What one field promises, in words and as JSON Schema. */
export interface FieldRule {
  /** What the field means; becomes the schema's `description`. */
  readonly description: string;
  /** The rule as JSON Schema. For parts this stays empty: the generator refers to the part's own schema. */
  readonly schema: JsonSchema;
  /** What the sender must do, as the end of a sentence that begins with the field's name. Never contains the value. */
  readonly cure: string;
  /** The cure where a JSON number was sent instead of a string. */
  readonly cureOfNumber?: string;
  /** The class of the object, or of each object of a list. */
  readonly part?: () => WireClass;
  readonly list?: boolean;
}

export const FIELD = 'field';

/** One class-validator check that also carries its JSON Schema, so that the two are written side by side. */
export function field(rule: FieldRule, check: (value: unknown) => boolean): PropertyDecorator {
  return ValidateBy({ name: FIELD, constraints: [rule], validator: { validate: check, defaultMessage: () => rule.cure } });
}

export const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
