import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { logFor } from '../logging/log';
import type { Stopping } from '../lifecycle/stopping';
import { metrics } from '../metrics/metrics';
import { type Span, startSpan } from '../tracing/span';
import { runInContext, type WorkContext } from '../tracing/trace-context';
import { newTraceparent, parseTraceparent } from '../tracing/traceparent';

const log = logFor('http');
/** Asked by machinery every few seconds: of no interest in logs and traces. */
const QUIET = /^\/(health\/|metrics$|docs|openapi\.json$)/;
const MILLISECONDS = 1_000;

interface RequestWork {
  readonly context: WorkContext;
  readonly span: Span;
}

const works = new WeakMap<FastifyRequest, RequestWork>();

/** The pattern of the route (`/approve/:token`), never the URL: URLs hold approval tokens. */
export const routeOf = (request: FastifyRequest): string => request.routeOptions.url ?? 'unmatched';

/** The trace that a request belongs to. */
export function contextOf(request: FastifyRequest): WorkContext {
  return works.get(request)?.context ?? { traceparent: newTraceparent(), authenticationId: null };
}

/** Gives every request its trace, `x-trace-id`, a span, a log line and its place in the metrics. */
export function traceRequests(fastify: FastifyInstance, stopping: Stopping): void {
  const duration = metrics.histogram('http_server_request_duration_seconds', 'Time from a request\'s headers to the end of its answer.', ['method', 'route', 'status']);

  fastify.addHook('onRequest', (request, reply, done) => {
    const work = beginWork(request);
    works.set(request, work);
    reply.headers({
      'x-trace-id': parseTraceparent(work.context.traceparent)?.traceId ?? '',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
    runInContext(work.context, done);
  });
  // A kept-alive connection that becomes idle after the server began to close would hold the stop until its time-out.
  fastify.addHook('onSend', (_request, reply, _payload, done) => {
    if (stopping.signal.aborted) reply.header('connection', 'close');
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = routeOf(request);
    const method = request.method;
    duration.observe({ method, route, status: String(reply.statusCode) }, reply.elapsedTime / MILLISECONDS);
    endWork(request, reply, route);
    done();
  });
}

function beginWork(request: FastifyRequest): RequestWork {
  const header = request.headers['traceparent'];
  const given = typeof header === 'string' && parseTraceparent(header) !== null ? header : null;
  const route = routeOf(request);
  const span = startSpan(`${request.method} ${route}`, { parent: given, kind: 'server', root: true, attributes: { method: request.method, route }, quiet: QUIET.test(route) });
  return { span, context: { traceparent: span.traceparent, authenticationId: null } };
}

function endWork(request: FastifyRequest, reply: FastifyReply, route: string): void {
  const work = works.get(request);
  if (work === undefined) return;
  const statusCode = reply.statusCode;
  work.span.set({ statusCode });
  if (statusCode >= 500) work.span.fail('HTTP_5XX');
  work.span.end();
  const line = { method: request.method, route, statusCode, durationMs: Math.round(reply.elapsedTime * 10) / 10 };
  runInContext(work.context, () => {
    if (QUIET.test(route)) log.debug('request answered', line);
    else log.info('request answered', line);
  });
}
