import { BrokenCircuitError, circuitBreaker, ConsecutiveBreaker, handleWhenResult, type CircuitBreakerPolicy } from 'cockatiel';
import { Pool } from 'undici';
import type { Uncertain, Unreached } from './outcomes';

export interface VendorHttpOptions {
  /** `https` origin of the vendor's API, with an optional path before `/v3`. Plain `http` only for a loopback host. */
  readonly baseUrl: string;
  readonly apiKey: string;
  /** Longest wait for a whole answer. */
  readonly timeoutMs: number;
  readonly connectionsMax?: number;
  /** Calls that may wait for a connection; more are refused as `BUSY`. */
  readonly waitingMax?: number;
  /** Calls without an answer in a row until the vendor is left alone for a while. */
  readonly failuresUntilOpen?: number;
  readonly openForMs?: number;
}

export interface VendorCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Path under the base URL, beginning with `/` and ending with one: the vendor redirects other forms, and redirects are never followed. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface VendorAnswer {
  readonly kind: 'answer';
  readonly status: number;
  readonly retryAfterMs: number;
  readonly body: Buffer;
}

export type VendorReply = VendorAnswer | Unreached | Uncertain;

const ANSWER_BYTES_MAX = 2 * 1024 * 1024;
/** Shorter than the five seconds after which Node's own servers close an idle connection, so that a call seldom meets a dying one. */
const KEEP_ALIVE_MS = 4_000;
const CONNECT_TIMEOUT_MS = 3_000;
const CONNECTIONS_MAX = 32;
const WAITING_MAX = 256;
const FAILURES_UNTIL_OPEN = 10;
const OPEN_FOR_MS = 2_000;

/**
 * One bounded way to the vendor: pinned host, no redirects, limits on time, size, connections and waiting callers, and a circuit breaker.
 * Never throws for anything the network does. Repeats a call once where the connection broke, and only if a repetition has no second effect.
 */
export class VendorHttp {
  private readonly pool: Pool;
  private readonly prefix: string;
  private readonly inFlightMax: number;
  private readonly breaker: CircuitBreakerPolicy;
  private inFlight = 0;

  constructor(private readonly options: VendorHttpOptions) {
    const base = vendorBase(options.baseUrl);
    const connections = options.connectionsMax ?? CONNECTIONS_MAX;
    this.prefix = base.pathname.replace(/\/+$/, '');
    this.inFlightMax = connections + (options.waitingMax ?? WAITING_MAX);
    this.pool = new Pool(base.origin, {
      connections,
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      connect: { timeout: Math.min(CONNECT_TIMEOUT_MS, options.timeoutMs) },
      headersTimeout: options.timeoutMs,
      bodyTimeout: options.timeoutMs,
      maxResponseSize: ANSWER_BYTES_MAX,
    });
    this.breaker = circuitBreaker(handleWhenResult(isTrouble), {
      halfOpenAfter: options.openForMs ?? OPEN_FOR_MS,
      breaker: new ConsecutiveBreaker(options.failuresUntilOpen ?? FAILURES_UNTIL_OPEN),
    });
  }

  async call(call: VendorCall): Promise<VendorReply> {
    if (this.inFlight >= this.inFlightMax) return { kind: 'unreached', reason: 'BUSY' };
    this.inFlight++;
    try {
      return await this.breaker.execute(() => this.attempt(call));
    } catch (error) {
      if (error instanceof BrokenCircuitError) return { kind: 'unreached', reason: 'CIRCUIT_OPEN' };
      throw error;
    } finally {
      this.inFlight--;
    }
  }

  async close(): Promise<void> {
    await this.pool.destroy();
  }

  private async attempt(call: VendorCall): Promise<VendorReply> {
    const first = await this.send(call);
    const mayRepeat = call.method !== 'POST' && first.kind === 'unknown' && first.reason === 'CONNECTION_LOST';
    return mayRepeat ? this.send(call) : first;
  }

  private async send(call: VendorCall): Promise<VendorReply> {
    try {
      const { statusCode, headers, body } = await this.pool.request({
        method: call.method,
        path: this.prefix + call.path,
        ...(call.query === undefined ? {} : { query: { ...call.query } }),
        headers: { 'x-api-key': this.options.apiKey, accept: 'application/json', ...(call.body === undefined ? {} : { 'content-type': 'application/json' }) },
        body: call.body === undefined ? null : JSON.stringify(call.body),
        signal: AbortSignal.timeout(this.options.timeoutMs),
      });
      const bytes = Buffer.from(await body.arrayBuffer());
      return { kind: 'answer', status: statusCode, retryAfterMs: retryAfterMs(headers['retry-after'], Date.now()), body: bytes };
    } catch (error) {
      return classify(error);
    }
  }
}

/** What counts against the vendor: no answer, or an answer that says it is broken. A refusal or a 429 is an answer. */
function isTrouble(result: unknown): boolean {
  const reply = result as VendorReply;
  return reply.kind === 'unknown' || (reply.kind === 'unreached' && reply.reason === 'CONNECT_FAILED') || (reply.kind === 'answer' && reply.status >= 500);
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Throws at start-up where the base URL is none, or would send the API key in the clear. */
export function vendorBase(baseUrl: string): URL {
  const url = new URL(baseUrl);
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') throw new Error('the vendor base URL must be an origin and an optional path');
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && LOOPBACK.has(url.hostname))) throw new Error('the vendor base URL must be https, or http on a loopback host');
  return url;
}

const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT', 'ERR_TLS_CERT_ALTNAME_INVALID', 'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY']);
const TIMED_OUT = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_ABORTED', 'UND_ERR_ABORT']);

function classify(error: unknown): Unreached | Uncertain {
  const code = textField(error, 'code');
  const name = textField(error, 'name');
  if (NEVER_SENT.has(code)) return { kind: 'unreached', reason: 'CONNECT_FAILED' };
  if (name === 'TimeoutError' || name === 'AbortError' || TIMED_OUT.has(code)) return { kind: 'unknown', reason: 'TIMEOUT' };
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return { kind: 'unknown', reason: 'ANSWER_TOO_LARGE' };
  return { kind: 'unknown', reason: 'CONNECTION_LOST' };
}

/** Read by shape, not by class: what the network throws comes from several libraries. */
function textField(error: unknown, field: 'code' | 'name'): string {
  const value: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, field) : undefined;
  return typeof value === 'string' ? value : '';
}

const RETRY_AFTER_DEFAULT_MS = 1_000;
const RETRY_AFTER_MAX_MS = 10 * 60 * 1_000;

/** `Retry-After` in seconds or as an HTTP date (RFC 9110 section 10.2.3), within bounds: a bad value is neither a hammer nor for ever. */
export function retryAfterMs(header: string | readonly string[] | undefined, nowMs: number): number {
  const text = typeof header === 'string' ? header.trim() : '';
  const asked = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - nowMs;
  if (!Number.isFinite(asked)) return RETRY_AFTER_DEFAULT_MS;
  return Math.min(Math.max(asked, RETRY_AFTER_DEFAULT_MS), RETRY_AFTER_MAX_MS);
}
