import { setTimeout as delay } from 'node:timers/promises';
import { logFor } from '../logging/log';

const CHECK_TIMEOUT_MS = 2_000;
const log = logFor('readiness');

export interface ReadinessReport {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, 'ok' | 'failing'>>;
}

/** What a service needs to do its work: database reachable, consumer joined, keys loaded. A service that is not ready gets no requests; it is not restarted. */
export class ReadinessRegistry {
  readonly #checks = new Map<string, () => Promise<void>>();
  readonly #failing = new Set<string>();
  #running: Promise<ReadinessReport> | null = null;
  #stopping = false;

  /** @param checkTimeoutMs a check that has not answered by then fails */
  constructor(private readonly checkTimeoutMs = CHECK_TIMEOUT_MS) {}

  /** @param check rejects while the service cannot do its work; has two seconds */
  add(name: string, check: () => Promise<void>): void {
    if (this.#checks.has(name)) throw new Error(`invariant broken: one readiness check per name (${name})`);
    this.#checks.set(name, check);
  }

  /** From here on not ready, whatever the checks say: the service is stopping. */
  stop(): void {
    this.#stopping = true;
  }

  /** Callers at the same time share one run, so that probing cannot become a load. */
  report(): Promise<ReadinessReport> {
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #run(): Promise<ReadinessReport> {
    const results = await Promise.all([...this.#checks].map(async ([name, check]) => [name, await this.#passes(name, check)] as const));
    const checks = Object.fromEntries(results.map(([name, passes]) => [name, passes ? ('ok' as const) : ('failing' as const)]));
    if (this.#stopping) return { ready: false, checks: { ...checks, stopping: 'failing' } };
    return { ready: results.every(([, passes]) => passes), checks };
  }

  async #passes(name: string, check: () => Promise<void>): Promise<boolean> {
    const gaveUp = new AbortController();
    const timeout = delay(this.checkTimeoutMs, undefined, { signal: gaveUp.signal, ref: false }).then(() => {
      throw new DOMException('no answer in time', 'TimeoutError');
    });
    timeout.catch(() => undefined);
    try {
      await Promise.race([check(), timeout]);
      if (this.#failing.delete(name)) log.info('readiness check passes again', { check: name });
      return true;
    } catch (error) {
      if (!this.#failing.has(name)) log.warn('readiness check fails', { check: name, error });
      this.#failing.add(name);
      return false;
    } finally {
      gaveUp.abort();
    }
  }
}
