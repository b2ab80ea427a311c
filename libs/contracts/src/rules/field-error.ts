/** What is wrong with one field. The message is a sentence with the cure and never contains the value: it is logged and sent back. */
export interface FieldError {
  /** As in `payment.payees[3].amount`; empty for the body as a whole. */
  readonly field: string;
  readonly message: string;
}

/** More than a person reads at once helps nobody, and a batch may have a thousand wrong payees. */
export const FIELD_ERRORS_MAX = 20;

export const fieldError = (field: string, cure: string): FieldError => ({ field, message: `${field} ${cure}.` });
