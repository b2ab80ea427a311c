import { type Result, canonicalHash, ok, refuse } from '@assent/kernel';
import { ScaRequestedV1 } from '../events/wire';
import { checkShape } from '../reading/check-shape';
import { accountIsValid } from './account-is-valid';
import { amountIsPositive } from './amount-is-positive';
import { amountsFitCurrency } from './amounts-fit-currency';
import { batchAddsUp } from './batch-adds-up';
import { descriptionFitsAction } from './description-fits-action';
import { wordUnknownRequestField } from './engine-owned-facts';
import { FIELD_ERRORS_MAX, type FieldError } from './field-error';
import { localeExists } from './locale-exists';
import { payerIsPseudonymous } from './payer-is-pseudonymous';
import { paymentFitsAction } from './payment-fits-action';
import { retryNamesAnotherRequest } from './retry-names-another-request';
import { returnUrlIsSafe } from './return-url-is-safe';

const RULES = [
  paymentFitsAction,
  descriptionFitsAction,
  amountsFitCurrency,
  amountIsPositive,
  batchAddsUp,
  accountIsValid,
  payerIsPseudonymous,
  localeExists,
  returnUrlIsSafe,
  retryNamesAnotherRequest,
] as const;

/**
 * Whether a parsed body is a valid `sca.requested.v1`: its shape (unknown fields are refused everywhere), then the rules between fields.
 * Used by the Kafka reader and by REST, so that both ways in refuse the same. Whether `returnUrl` is on the gateway's list is asked
 * separately (`returnUrlAllowed`), since only the registry knows.
 */
export function validateRequest(body: unknown): Result<ScaRequestedV1, FieldError[]> {
  const shape = checkShape(ScaRequestedV1, body, { fields: 'closed', wordUnknown: wordUnknownRequestField });
  if (shape.length > 0) return refuse(shape);
  const request = body as ScaRequestedV1;
  const errors = RULES.flatMap((rule) => rule(request));
  return errors.length > 0 ? refuse(errors.slice(0, FIELD_ERRORS_MAX)) : ok(request);
}

/** SHA-256 (hex) of the RFC 8785 form of a request's body as sent: two requests are the same content exactly if this is equal. */
export const requestHash = (body: unknown): string => canonicalHash(body);
