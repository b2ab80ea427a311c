import { ValidateIf } from 'class-validator';

/**
 * Presence is written beside the type, since three things differ on the wire: a field that may be absent, one that is always
 * there but may be null, and one that may be either. Without any of these a field is required and not null.
 */
export interface Presence {
  readonly optional: boolean;
  readonly nullable: boolean;
}

const presences = new WeakMap<object, Map<string, Presence>>();

function mark(presence: Presence, applies: (value: unknown) => boolean): PropertyDecorator {
  return (prototype, property) => {
    const fields = presences.get(prototype) ?? new Map<string, Presence>();
    presences.set(prototype, fields.set(String(property), presence));
    ValidateIf((_object, value) => applies(value))(prototype, property);
  };
}

/** May be absent; null is refused (one way to say "not there"). */
export const Optional = (): PropertyDecorator => mark({ optional: true, nullable: false }, (value) => value !== undefined);
/** Always there, perhaps null: events of our own services say "none" in so many words. */
export const Nullable = (): PropertyDecorator => mark({ optional: false, nullable: true }, (value) => value !== null);
/** May be absent or null, which mean the same. */
export const OptionalOrNull = (): PropertyDecorator => mark({ optional: true, nullable: true }, (value) => value !== undefined && value !== null);

const REQUIRED: Presence = { optional: false, nullable: false };
export const presenceOf = (prototype: object, property: string): Presence => presences.get(prototype)?.get(property) ?? REQUIRED;
