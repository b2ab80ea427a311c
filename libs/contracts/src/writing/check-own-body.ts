import type { EventDefinition } from '../events/registry';
import { checkShape } from '../reading/check-shape';
import { fitsSchema } from '../schema/compiled-schemas';

/** Why a body that one of our services is about to write does not fit, or null. Names fields, never their values. */
export function bodyErrorsOfWriter(event: EventDefinition, body: unknown): string | null {
  if (fitsSchema(event, body)) return null;
  const [first] = checkShape(event.body, body, { fields: event.fields });
  return first?.message ?? 'its JSON Schema refuses it';
}
