import { setTimeout as delay } from 'node:timers/promises';

/** Tries until it succeeds: what a caller does whose partner may be away for a while. The last failure is told when the time is up. */
export async function persistently<T>(what: string, attempt: () => Promise<T>, withinMs = 60_000, pauseMs = 200): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > deadline) throw new Error(`${what} did not succeed in ${withinMs} ms`, { cause: error });
      await delay(pauseMs);
    }
  }
}
