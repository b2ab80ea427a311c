import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { logFor } from '../logging/log';
import { runInContext } from '../tracing/trace-context';
import { parseTraceparent } from '../tracing/traceparent';
import { problemOfException } from './problem-of-exception';
import { contextOf, routeOf } from './request-context';

const log = logFor('http');

/** Answers every exception as RFC 9457 `application/problem+json`; what is our fault is logged without its text. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly isInfrastructureError: (error: unknown) => boolean) {}

  catch(exception: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const { problem, fault } = problemOfException(exception, this.isInfrastructureError);
    const context = contextOf(request);
    const traceId = parseTraceparent(context.traceparent)?.traceId ?? '';
    if (fault) {
      const line = { code: problem.code, statusCode: problem.getStatus(), method: request.method, route: routeOf(request), error: exception };
      runInContext(context, () => log.error('request failed', line));
    }
    if (reply.sent) return;
    void reply
      .status(problem.getStatus())
      .headers({ ...problem.headers, 'x-trace-id': traceId })
      .header('content-type', 'application/problem+json; charset=utf-8')
      .send(JSON.stringify({ ...problem.body, traceId }));
  }
}
