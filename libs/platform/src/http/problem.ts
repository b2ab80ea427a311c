import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';

export interface FieldError {
  /** Path of the field: `payment.payee.account`. */
  readonly field: string;
  /** What is wrong and how to cure it, never the value. */
  readonly message: string;
}

export interface ProblemOptions {
  /** 400 to 599. */
  readonly status: number;
  /** Stable, UPPER_SNAKE: what programs branch on. */
  readonly code: string;
  /** The same for every occurrence of the code. Default: the status in words. */
  readonly title?: string;
  /** This occurrence, in words for a person. No personal data and no secret: it is sent as it is. */
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** The body of an error (RFC 9457), before the trace id is added. */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
}

/** A refusal over HTTP. Throw it in a controller, guard or pipe; it is answered as `application/problem+json`. */
export class Problem extends HttpException {
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ProblemBody;

  constructor({ status, code, title, detail, errors, headers }: ProblemOptions) {
    const body: ProblemBody = {
      type: problemType(code),
      title: title ?? STATUS_CODES[status] ?? 'Error',
      status,
      code,
      ...(detail === undefined ? {} : { detail }),
      ...(errors === undefined ? {} : { errors }),
    };
    super({ ...body }, status);
    this.code = code;
    this.headers = headers ?? {};
    this.body = body;
  }
}

/** `urn:assent:problem:scope-missing`: an identifier to compare, not an address to open. */
export const problemType = (code: string): string => `urn:assent:problem:${code.toLowerCase().replaceAll('_', '-')}`;
