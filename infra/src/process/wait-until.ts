import { setTimeout as delay } from 'node:timers/promises';

export interface WaitOptions {
  readonly what: string;
  readonly timeoutMs: number;
  readonly intervalMs?: number;
  /** Gives up at once when this says why waiting is pointless (the process has ended, for example). */
  readonly hopeless?: () => string | null;
}

/** What was waited for did not come. The message says why, for a person. */
export class NotReady extends Error {
  override readonly name = 'NotReady';
}

/** Asks again until the probe stops throwing. The last reason is part of the error. */
export async function waitUntil<T>(probe: () => Promise<T>, options: WaitOptions): Promise<T> {
  const deadline = Date.now() + options.timeoutMs;
  for (;;) {
    try {
      return await probe();
    } catch (error) {
      const reason = options.hopeless?.() ?? null;
      if (reason !== null) throw new NotReady(`${options.what}: ${reason}`, { cause: error });
      if (Date.now() > deadline) throw new NotReady(`${options.what}: no answer within ${Math.round(options.timeoutMs / 1000)} s (${String(error)})`, { cause: error });
      await delay(options.intervalMs ?? 50);
    }
  }
}
