import { Pool } from 'undici';
import type { Dice } from './dice';
import type { Defaults } from './settings';
import { signDelivery, type WebhookContent } from './webhook';

export interface DeliveryOptions {
  readonly url: string;
  readonly secret: string;
  /** Pauses before each further attempt: after one and four minutes at the vendor. */
  readonly retryDelaysMs: readonly number[];
}

/** What became of the webhooks, in numbers: for tests and for whoever wonders where one is. */
export interface DeliveryCounts {
  events: number;
  attempts: number;
  delivered: number;
  retried: number;
  /** Answered 3xx or 4xx other than 404: the vendor does not try again. */
  refused: number;
  /** Given up after the last attempt, or not sent since too many waited. */
  lost: number;
  /** Not sent on purpose (mode `drop`). */
  dropped: number;
}

const TIMEOUT_MS = 5_000;
const CONNECTIONS = 32;
const WAITING_MAX = 100_000;

/** Sends webhooks as the vendor does: no order promised, retries on 5xx, 404, timeout and broken connections, signed anew each time. */
export class Deliveries {
  readonly counts: DeliveryCounts = { events: 0, attempts: 0, delivered: 0, retried: 0, refused: 0, lost: 0, dropped: 0 };
  private readonly pool: Pool;
  private readonly path: string;
  private readonly timers = new Set<NodeJS.Timeout>();
  private waiting = 0;
  private closed = false;

  constructor(private readonly options: DeliveryOptions) {
    const url = new URL(options.url);
    this.path = url.pathname + url.search;
    const timeouts = { keepAliveTimeout: 4_000, headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS, connect: { timeout: TIMEOUT_MS } };
    this.pool = new Pool(url.origin, { connections: CONNECTIONS, pipelining: 1, ...timeouts });
  }

  /** Sends one event by the mode of the moment. Returns at once. */
  deliver(content: WebhookContent, mode: Pick<Defaults, 'webhooks' | 'copies' | 'delayMs'>, dice: Dice, isTest = false): void {
    this.counts.events++;
    if (mode.webhooks === 'drop') {
      this.counts.dropped++;
      return;
    }
    const copies = mode.webhooks === 'duplicate' ? mode.copies : 1;
    const pauseMs = mode.webhooks === 'delay' ? mode.delayMs : mode.webhooks === 'shuffle' ? Math.floor(dice.next() * mode.delayMs) : 0;
    for (let copy = 0; copy < copies; copy++) this.after(pauseMs, () => this.attempt(content, isTest, 0));
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const timer of this.timers) clearTimeout(timer);
    await this.pool.destroy();
  }

  private after(pauseMs: number, run: () => Promise<void>): void {
    if (this.waiting >= WAITING_MAX) {
      this.counts.lost++;
      return;
    }
    this.waiting++;
    const start = (): void => void run().finally(() => this.waiting--);
    if (pauseMs === 0) {
      start();
      return;
    }
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      start();
    }, pauseMs);
    this.timers.add(timer);
  }

  private async attempt(content: WebhookContent, isTest: boolean, attempt: number): Promise<void> {
    this.counts.attempts++;
    const status = await this.post(content, isTest);
    if (this.closed) return;
    if (status !== null && status >= 200 && status < 300) {
      this.counts.delivered++;
      return;
    }
    if (status !== null && status < 500 && status !== 404) {
      this.counts.refused++;
      return;
    }
    const pauseMs = this.options.retryDelaysMs[attempt];
    if (pauseMs === undefined) {
      this.counts.lost++;
      return;
    }
    this.counts.retried++;
    this.after(Math.max(pauseMs, 1), () => this.attempt(content, isTest, attempt + 1));
  }

  /** The status of the answer, or null where none came. */
  private async post(content: WebhookContent, isTest: boolean): Promise<number | null> {
    const { body, headers } = signDelivery(content, this.options.secret, Date.now(), isTest);
    try {
      const answer = await this.pool.request({ method: 'POST', path: this.path, headers, body, signal: AbortSignal.timeout(TIMEOUT_MS) });
      await answer.body.dump();
      return answer.statusCode;
    } catch {
      return null;
    }
  }
}
