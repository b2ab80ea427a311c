import { ValidateNested } from 'class-validator';
import { type WireClass, field, isRecord } from './field';

const both =
  (first: PropertyDecorator, second: PropertyDecorator): PropertyDecorator =>
  (prototype, property) => {
    first(prototype, property);
    second(prototype, property);
  };

/** An object described by a class of its own. */
export const Part = (description: string, part: () => WireClass): PropertyDecorator =>
  both(field({ description, schema: {}, cure: 'must be an object', part, list: false }, isRecord), ValidateNested());

interface ItemsOptions {
  readonly minItems?: number;
  readonly maxItems: number;
}

/** A list of such objects. */
export function Parts(description: string, part: () => WireClass, { minItems = 0, maxItems }: ItemsOptions): PropertyDecorator {
  const rule = { description, schema: { minItems, maxItems }, cure: `must be a list of ${minItems} to ${maxItems} objects`, part, list: true };
  const fits = (value: unknown): boolean => Array.isArray(value) && value.length >= minItems && value.length <= maxItems && value.every(isRecord);
  return both(field(rule, fits), ValidateNested());
}
