import { type Dispatcher, Pool } from 'undici';
import { nowMs } from '../clock';
import { GATEWAY } from './request';

const CONNECTIONS = 256;
/** Shorter than any server's own: a connection is given up before the other side closes it. */
const KEEP_ALIVE_MS = 3000;
const TRIES_MAX = 4;
const AGAIN_MS = 500;
const JSON_HEADERS = { 'content-type': 'application/json' };

export interface PayerOptions {
  readonly vendorUrl: string;
  readonly shown: string;
  /** Fetches the approval page before it is confirmed, as a browser does. The peers have no page. */
  readonly fetchesPage: boolean;
  readonly onRedirect: (id: string, vendorSessionId: string, tookMs: number) => void;
}

/** All payers at once: each confirms on the page that its link leads to, follows the redirect, and passes the vendor's check. */
export class Payers {
  errors = 0;
  private readonly pools = new Map<string, Pool>();
  private readonly vendor: Pool;
  private passed: string[] = [];
  private passing = false;

  constructor(private readonly options: PayerOptions) {
    this.vendor = new Pool(options.vendorUrl, { connections: 4, keepAliveTimeout: KEEP_ALIVE_MS });
  }

  /** Never rejects: what went wrong is counted, and tried again a few times as a person would. */
  async confirm(id: string, approvalUrl: string, tries = 1): Promise<void> {
    const started = nowMs();
    try {
      const url = new URL(approvalUrl);
      const pool = this.poolOf(url.origin);
      if (this.options.fetchesPage) await discarded(await pool.request({ method: 'GET', path: url.pathname }));
      const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: url.origin, 'sec-fetch-site': 'same-origin' };
      const answer = await discarded(await pool.request({ method: 'POST', path: `${url.pathname}/confirm`, headers, body: `shown=${this.options.shown}` }));
      const location = answer.headers['location'];
      if (answer.statusCode !== 303 || typeof location !== 'string') throw new Error(`answered ${answer.statusCode}`);
      const vendorSessionId = location.slice(location.lastIndexOf('/') + 1);
      this.options.onRedirect(id, vendorSessionId, nowMs() - started);
      this.pass(vendorSessionId);
    } catch {
      this.errors++;
      if (tries < TRIES_MAX) setTimeout(() => void this.confirm(id, approvalUrl, tries + 1), AGAIN_MS);
    }
  }

  /** Tells the vendor who has passed, those that wait in one call. */
  private pass(vendorSessionId: string): void {
    this.passed.push(vendorSessionId);
    if (!this.passing) void this.tellVendor();
  }

  private async tellVendor(): Promise<void> {
    this.passing = true;
    while (this.passed.length > 0) {
      const batch = this.passed;
      this.passed = [];
      await discarded(await this.vendor.request({ method: 'POST', path: '/finish', headers: JSON_HEADERS, body: JSON.stringify(batch) }));
    }
    this.passing = false;
  }

  private poolOf(origin: string): Pool {
    const known = this.pools.get(origin);
    if (known !== undefined) return known;
    const pool = new Pool(origin, { connections: CONNECTIONS, keepAliveTimeout: KEEP_ALIVE_MS });
    this.pools.set(origin, pool);
    return pool;
  }

  async close(): Promise<void> {
    await Promise.all([this.vendor, ...this.pools.values()].map((pool) => pool.destroy()));
  }
}

async function discarded(answer: Dispatcher.ResponseData): Promise<Dispatcher.ResponseData> {
  await answer.body.dump();
  return answer;
}

/** `demo:ID` → `ID`. */
export const idOf = (key: Buffer | null): string => key?.toString('utf8', GATEWAY.length + 1) ?? '';
