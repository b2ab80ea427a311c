import { getMetadataStorage } from 'class-validator';
import { FIELD, type FieldRule, type WireClass } from './field';
import { type Presence, presenceOf } from './presence';

export interface ShapeField {
  readonly name: string;
  readonly rule: FieldRule;
  readonly presence: Presence;
}

/** What the decorators of a class say, read once. */
export interface Shape {
  readonly wireClass: WireClass;
  readonly fields: ReadonlyMap<string, ShapeField>;
}

const shapes = new Map<WireClass, Shape>();

/** Reads a class's decorators. Throws for a class that has none: that is a bug. */
export function shapeOf(wireClass: WireClass): Shape {
  const known = shapes.get(wireClass);
  if (known !== undefined) return known;
  const fields = new Map<string, ShapeField>();
  for (const { name, propertyName, constraints } of getMetadataStorage().getTargetValidationMetadatas(wireClass, wireClass.name, false, false)) {
    if (name !== FIELD) continue;
    const [rule] = constraints as [FieldRule];
    fields.set(propertyName, { name: propertyName, rule, presence: presenceOf(wireClass.prototype as object, propertyName) });
  }
  if (fields.size === 0) throw new Error(`${wireClass.name} has no described fields`);
  const shape = { wireClass, fields };
  shapes.set(wireClass, shape);
  return shape;
}
