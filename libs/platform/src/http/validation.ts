import { ValidationPipe, type ValidationError } from '@nestjs/common';
import { type FieldError, Problem } from './problem';

const FIELDS_MAX = 50;

/** Checks what controllers declare as classes (class-validator): unknown fields are refused, and every wrong field is named. */
export const validationPipe = (): ValidationPipe =>
  new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    stopAtFirstError: true,
    validationError: { target: false, value: false },
    exceptionFactory: (errors: ValidationError[]) => invalidRequest(fieldErrors(errors)),
  });

/** 400 `REQUEST_INVALID`, naming the fields. */
export function invalidRequest(errors: readonly FieldError[]): Problem {
  return new Problem({
    status: 400,
    code: 'REQUEST_INVALID',
    title: 'The request does not fit the contract',
    detail: errors.length === 1 ? '1 field is wrong.' : `${errors.length} fields are wrong.`,
    errors: errors.slice(0, FIELDS_MAX),
  });
}

/** Flattens class-validator's tree into paths: `payment.payees[2].amount`. */
export function fieldErrors(errors: readonly ValidationError[], parent = ''): FieldError[] {
  return errors.flatMap((error) => {
    const field = pathOf(parent, error.property);
    const own = Object.values(error.constraints ?? {}).map((message) => ({ field, message }));
    return [...own, ...fieldErrors(error.children ?? [], field)];
  });
}

function pathOf(parent: string, property: string): string {
  if (/^\d+$/.test(property)) return `${parent}[${property}]`;
  return parent === '' ? property : `${parent}.${property}`;
}
