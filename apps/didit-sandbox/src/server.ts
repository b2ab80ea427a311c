import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { logFor, metrics } from '@assent/platform';
import { api } from './api';
import { control } from './control';
import { Deliveries, type DeliveryOptions } from './deliveries';
import { finishHostedCheck, showHostedPage, unknownLink } from './hosted-page';
import { detail, json, readBody, routerNotFound, send, text, type Answer } from './http';
import { RateLimit } from './rate-limit';
import { Vendor } from './vendor';

export interface SandboxOptions {
  readonly apiKey: string;
  readonly applicationId: string;
  readonly workflowId: string;
  readonly publicUrl: string;
  readonly webhook: DeliveryOptions;
}

const BODY_BYTES_MAX = 4 * 1024 * 1024;
const HOSTED_PATH = /^(?:\/[A-Za-z-]{2,6})?\/session\/([A-Za-z0-9_-]{12})$/;
const KEEP_ALIVE_MS = 10_000;
const log = logFor('sandbox');

/**
 * A faithful local stand-in for the vendor: its API, hosted page and webhooks, with its quirks, and control calls under `/sandbox`.
 * In memory and bounded: stopping it forgets everything. `node:http` without a framework, since it takes part in benchmarks.
 */
export class Sandbox {
  readonly vendor: Vendor;
  private readonly deliveries: Deliveries;
  private readonly rateLimit = new RateLimit();
  private readonly server: Server;

  constructor(private readonly options: SandboxOptions) {
    this.deliveries = new Deliveries(options.webhook);
    const identity = { applicationId: options.applicationId, workflowId: options.workflowId, workflowVersion: 3, environment: 'sandbox' } as const;
    this.vendor = new Vendor(identity, options.publicUrl, this.deliveries);
    this.server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => void this.handle(request, response));
  }

  /** Listens; gives the port, which matters where 0 was asked for. */
  async listen(host: string, port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, resolve);
    });
    const address = this.server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeIdleConnections();
    this.vendor.close();
    await this.deliveries.close();
    await closed;
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const answer = await this.answer(request);
      if (answer === null) request.socket.destroy();
      else send(response, answer);
    } catch (error) {
      log.error('a request failed', { error });
      if (!response.headersSent) send(response, detail(500, 'Internal error.'));
    }
  }

  /** Null: break the connection. */
  private async answer(request: IncomingMessage): Promise<Answer | null> {
    const url = URL.parse(request.url ?? '/', 'http://sandbox.invalid');
    if (url === null) return routerNotFound();
    const body = await readBody(request, BODY_BYTES_MAX);
    if (body === null) return detail(413, 'The request body is too large.');
    const method = request.method ?? 'GET';
    if (url.pathname.startsWith('/v3/') || url.pathname.startsWith('/v1/')) return this.answerApi(request, method, url, body);
    if (url.pathname.startsWith('/sandbox/')) {
      if (!isLoopback(request.socket.remoteAddress)) return detail(403, 'Control calls are answered on loopback only.');
      return control({ vendor: this.vendor, deliveries: this.deliveries, rateLimit: this.rateLimit }, method, url, body) ?? detail(404, 'There is no such control call.');
    }
    return this.answerOther(method, url, body);
  }

  private async answerApi(request: IncomingMessage, method: string, url: URL, body: Buffer): Promise<Answer | null> {
    const { faults, dice } = this.vendor;
    if (faults.latencyMs > 0) await pause(faults.latencyMs);
    if (dice.happens(faults.errorRate)) return detail(faults.status, 'Simulated fault.');
    const answer = api({ vendor: this.vendor, rateLimit: this.rateLimit, apiKey: this.options.apiKey }, { method, url, headers: request.headers, body });
    return dice.happens(faults.dropAfterProcessing) ? null : (answer ?? routerNotFound());
  }

  private async answerOther(method: string, url: URL, body: Buffer): Promise<Answer> {
    const token = HOSTED_PATH.exec(url.pathname)?.[1];
    if (token !== undefined) return this.hostedPage(method, token, body);
    switch (url.pathname) {
      case '/health/live':
      case '/health/ready':
        return json(200, { status: 'ok' });
      case '/metrics':
        return text(200, await metrics.text(), metrics.contentType);
      case '/system/healthcheck':
        return json(200, { status: 'ok', timestamp: new Date().toISOString() });
      default:
        return routerNotFound();
    }
  }

  private hostedPage(method: string, token: string, body: Buffer): Answer {
    const session = this.vendor.sessions.findByToken(token);
    if (session === undefined || session.deleted) return unknownLink();
    if (method === 'GET') return showHostedPage(this.vendor, session);
    if (method === 'POST') return finishHostedCheck(this.vendor, session, new URLSearchParams(body.toString('utf8')));
    return method === 'HEAD' ? text(200, '') : detail(405, `Method "${method}" not allowed.`);
  }
}

const isLoopback = (address: string | undefined): boolean => address === '::1' || address?.startsWith('127.') === true || address?.startsWith('::ffff:127.') === true;
