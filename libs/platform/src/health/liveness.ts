import { logFor } from '../logging/log';

const log = logFor('liveness');

export interface LivenessReport {
  readonly alive: boolean;
  readonly checks: Readonly<Record<string, 'ok' | 'failing'>>;
}

/**
 * Whether the process can still make progress by itself: a stalled consumer, a loop that died. A service that is not alive is restarted,
 * so no check here may ask a database or a broker: restarting does not heal those.
 */
export class LivenessRegistry {
  readonly #checks = new Map<string, () => boolean>();
  readonly #failing = new Set<string>();

  /** @param check answers at once from what the process knows; a throw counts as false */
  add(name: string, check: () => boolean): void {
    if (this.#checks.has(name)) throw new Error(`invariant broken: one liveness check per name (${name})`);
    this.#checks.set(name, check);
  }

  report(): LivenessReport {
    const results = [...this.#checks].map(([name, check]) => [name, this.#passes(name, check)] as const);
    return {
      alive: results.every(([, passes]) => passes),
      checks: Object.fromEntries(results.map(([name, passes]) => [name, passes ? ('ok' as const) : ('failing' as const)])),
    };
  }

  #passes(name: string, check: () => boolean): boolean {
    let passes = false;
    let failure: unknown;
    try {
      passes = check();
    } catch (error) {
      failure = error;
    }
    if (passes) this.#failing.delete(name);
    else if (!this.#failing.has(name)) {
      this.#failing.add(name);
      log.error('liveness check fails', { check: name, error: failure });
    }
    return passes;
  }
}
