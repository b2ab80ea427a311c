import { type Result, ok, refuse } from '@assent/kernel';
import { PaymentOutcomeV1 } from '../events/wire';
import { checkShape } from '../reading/check-shape';
import { outcomeAmountsFitCurrency } from './amounts-fit-currency';
import type { FieldError } from './field-error';
import { fraudFitsKind } from './fraud-fits-kind';

/** Whether a parsed body is a valid `payment.outcome.v1`. Fields that this version does not know are ignored. */
export function validateGatewayOutcome(body: unknown): Result<PaymentOutcomeV1, FieldError[]> {
  const shape = checkShape(PaymentOutcomeV1, body, { fields: 'open' });
  if (shape.length > 0) return refuse(shape);
  const outcome = body as PaymentOutcomeV1;
  const errors = [...outcomeAmountsFitCurrency(outcome), ...fraudFitsKind(outcome)];
  return errors.length > 0 ? refuse(errors) : ok(outcome);
}
