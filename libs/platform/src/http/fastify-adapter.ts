import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import formBody from '@fastify/formbody';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { newTraceparent, parseTraceparent } from '../tracing/traceparent';
import { Problem } from './problem';
import { problemOfException } from './problem-of-exception';

/** Bodies are small: the contract's values are at most 64 KiB. */
export const BODY_LIMIT_BYTES = 65_536;
const FORM_LIMIT_BYTES = 16_384;
/** Path parameters: a payer id has up to 128 characters, each up to twelve bytes when percent-encoded. */
const PARAMETER_LENGTH_MAX = 2_048;
const REQUEST_TIMEOUT_MS = 30_000;

export interface BodyOptions {
  /** Largest JSON (or raw) body, in bytes. Default 64 KiB. */
  readonly bodyLimit?: number;
  /** True: every body reaches its controller as the bytes that came. A list: only those of these route patterns. */
  readonly rawBody?: boolean | readonly string[];
  /** Content types that reach their controller as bytes: images. */
  readonly binaryBodies?: { readonly contentTypes: readonly string[]; readonly limitBytes: number };
}

/** Nest's adapter over a Fastify that logs nothing by itself, answers its own refusals as problems, and reads bodies as we say. */
export function createFastifyAdapter(options: BodyOptions): FastifyAdapter {
  const adapter = new FastifyAdapter({
    logger: false,
    bodyLimit: options.bodyLimit ?? BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    // What still arrives on open connections while we stop is answered as always, and the connection closed after it.
    return503OnClosing: false,
    routerOptions: { maxParamLength: PARAMETER_LENGTH_MAX },
    clientErrorHandler: answerUnreadableRequest,
    frameworkErrors: answerFrameworkError,
  });
  readBodies(adapter.getInstance<FastifyInstance>(), options);
  return adapter;
}

function readBodies(fastify: FastifyInstance, { rawBody = false, binaryBodies, bodyLimit = BODY_LIMIT_BYTES }: BodyOptions): void {
  const isRaw = (request: FastifyRequest): boolean => (typeof rawBody === 'boolean' ? rawBody : rawBody.includes(request.routeOptions.url ?? ''));
  const parseJson = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(JSON_TYPES, { parseAs: 'buffer', bodyLimit }, (request, body: Buffer, done) => {
    if (isRaw(request)) done(null, body);
    // A POST that needs no body (`/cancel`) is often sent with a content type all the same.
    else if (body.length === 0) done(null, undefined);
    else void parseJson(request, body.toString('utf8'), done);
  });
  if (binaryBodies !== undefined) {
    fastify.addContentTypeParser([...binaryBodies.contentTypes], { parseAs: 'buffer', bodyLimit: binaryBodies.limitBytes }, (_request, body, done) => done(null, body));
  }
  if (rawBody === true) {
    fastify.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit }, (_request, body, done) => done(null, body));
  } else {
    void fastify.register(formBody, { bodyLimit: FORM_LIMIT_BYTES });
  }
}

/** Also `application/merge-patch+json` and the like (RFC 6839). */
const JSON_TYPES = /^application\/(?:[\w.-]+\+)?json(?:$|\s*;)/i;

const neverInfrastructure = (): boolean => false;

/** A URL that cannot be decoded, and the like: found before any hook runs. */
function answerFrameworkError(error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void {
  const { problem } = problemOfException(error, neverInfrastructure);
  const traceId = newTraceId();
  void reply
    .status(problem.getStatus())
    .header('x-trace-id', traceId)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .send(JSON.stringify({ ...problem.body, traceId }));
}

const UNREADABLE: Readonly<Record<string, { status: number; code: string }>> = {
  HPE_HEADER_OVERFLOW: { status: 431, code: 'HEADERS_TOO_LARGE' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, code: 'REQUEST_TIMEOUT' },
};

/** Bytes that are no HTTP, headers that are too large or too slow: there is no request to answer, only a socket. */
function answerUnreadableRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, code } = UNREADABLE[error.code ?? ''] ?? { status: 400, code: 'REQUEST_INVALID' };
  const traceId = newTraceId();
  const body = JSON.stringify({ ...new Problem({ status, code }).body, traceId });
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Bad Request'}\r\ncontent-type: application/problem+json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nx-trace-id: ${traceId}\r\nconnection: close\r\n\r\n${body}`,
  );
}

const newTraceId = (): string => parseTraceparent(newTraceparent())?.traceId ?? '';
