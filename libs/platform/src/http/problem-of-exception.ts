import { HttpException } from '@nestjs/common';
import { Problem } from './problem';

/** Codes of what Nest and Fastify refuse by themselves, before a controller sees it. */
const CODES: Readonly<Record<number, { code: string; detail?: string }>> = {
  400: { code: 'REQUEST_INVALID', detail: 'The request could not be read. Check path, headers and body.' },
  401: { code: 'UNAUTHENTICATED' },
  403: { code: 'FORBIDDEN' },
  404: { code: 'NOT_FOUND', detail: 'There is nothing under this method and path.' },
  405: { code: 'METHOD_NOT_ALLOWED' },
  406: { code: 'NOT_ACCEPTABLE' },
  408: { code: 'REQUEST_TIMEOUT', detail: 'The request took too long to arrive.' },
  409: { code: 'CONFLICT' },
  410: { code: 'GONE' },
  413: { code: 'BODY_TOO_LARGE', detail: 'The body is larger than this call takes.' },
  414: { code: 'URL_TOO_LONG' },
  415: { code: 'MEDIA_TYPE_UNSUPPORTED', detail: 'This call does not take a body of this content type.' },
  417: { code: 'EXPECTATION_FAILED' },
  422: { code: 'REQUEST_REFUSED' },
  429: { code: 'TOO_MANY_REQUESTS' },
  431: { code: 'HEADERS_TOO_LARGE' },
  503: { code: 'UNAVAILABLE' },
};

/** Seconds after which a caller may try again: long enough for a database to be started again. */
const RETRY_AFTER_SECONDS = 2;

const internal = (): Problem => new Problem({ status: 500, code: 'INTERNAL', detail: 'Something is wrong on our side. Give the trace id when you report it.' });

export const unavailable = (): Problem =>
  new Problem({
    status: 503,
    code: 'UNAVAILABLE',
    detail: 'A part that this call needs is not reachable. Nothing was done; try again.',
    headers: { 'retry-after': String(RETRY_AFTER_SECONDS) },
  });

/** What is answered for an exception, and whether it is a fault of ours that belongs into the log. Texts of other people's exceptions are not passed on. */
export function problemOfException(exception: unknown, isInfrastructureError: (error: unknown) => boolean): { problem: Problem; fault: boolean } {
  if (exception instanceof Problem) return { problem: exception, fault: exception.getStatus() >= 500 };
  if (isInfrastructureError(exception)) return { problem: unavailable(), fault: true };
  const status = statusOf(exception);
  if (status === 503) return { problem: unavailable(), fault: true };
  if (status === null || status < 400 || status >= 500) return { problem: internal(), fault: true };
  return { problem: new Problem({ status, ...(CODES[status] ?? { code: `HTTP_${status}` }) }), fault: false };
}

/** Of Nest's exceptions, and of Fastify's own (it marks them with a code `FST_…`). Any other error's `statusCode` says nothing about our answer. */
function statusOf(exception: unknown): number | null {
  if (exception instanceof HttpException) return exception.getStatus();
  if (!(exception instanceof Error) || !('statusCode' in exception) || !('code' in exception)) return null;
  const fastifys = typeof exception.code === 'string' && exception.code.startsWith('FST_');
  return fastifys && typeof exception.statusCode === 'number' ? exception.statusCode : null;
}
