import { field, isRecord } from './field';

interface Range {
  readonly min: number;
  readonly max: number;
}

/** A whole number in a range, both ends included. */
export const Whole = (description: string, { min, max }: Range): PropertyDecorator =>
  field(
    { description, schema: { type: 'integer', minimum: min, maximum: max }, cure: `must be a whole number from ${min} to ${max}, without quotation marks` },
    (value) => typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max,
  );

/** A number in a range, both ends included. Never money. */
export const Numeric = (description: string, { min, max }: Range): PropertyDecorator =>
  field(
    { description, schema: { type: 'number', minimum: min, maximum: max }, cure: `must be a number from ${min} to ${max}, without quotation marks` },
    (value) => typeof value === 'number' && Number.isFinite(value) && value >= min && value <= max,
  );

export const Flag = (description: string): PropertyDecorator =>
  field({ description, schema: { type: 'boolean' }, cure: 'must be true or false, without quotation marks' }, (value) => typeof value === 'boolean');

/** An object whose fields this version does not fix. */
export const OpenObject = (description: string): PropertyDecorator => field({ description, schema: { type: 'object' }, cure: 'must be an object' }, isRecord);

/** A list of such objects. */
export const OpenObjects = (description: string, { maxItems }: { readonly maxItems: number }): PropertyDecorator =>
  field(
    { description, schema: { type: 'array', items: { type: 'object' }, maxItems }, cure: `must be a list of at most ${maxItems} objects` },
    (value) => Array.isArray(value) && value.length <= maxItems && value.every(isRecord),
  );
