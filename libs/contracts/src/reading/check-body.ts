import type { EventDefinition } from '../events/registry';
import type { FieldError } from '../rules/field-error';
import { validateGatewayOutcome } from '../rules/validate-outcome';
import { validateRequest } from '../rules/validate-request';
import { fitsSchema } from '../schema/compiled-schemas';
import { checkShape } from './check-shape';

const ERRORS_OF_GATEWAYS: Readonly<Partial<Record<EventDefinition['type'], (body: unknown) => FieldError[]>>> = {
  'sca.requested.v1': (body) => {
    const result = validateRequest(body);
    return result.ok ? [] : result.error;
  },
  'payment.outcome.v1': (body) => {
    const result = validateGatewayOutcome(body);
    return result.ok ? [] : result.error;
  },
};

/** What is wrong with a body. What gateways write is checked by class-validator and the rules between fields, what we write by the compiled schema. */
export function bodyErrors(event: EventDefinition, body: unknown): FieldError[] {
  const ofGateways = ERRORS_OF_GATEWAYS[event.type];
  if (ofGateways !== undefined) return ofGateways(body);
  if (fitsSchema(event, body)) return [];
  // Refused already; class-validator only finds the words.
  const errors = checkShape(event.body, body, { fields: event.fields });
  return errors.length > 0 ? errors : [{ field: '', message: 'The body does not fit the schema of its type.' }];
}
