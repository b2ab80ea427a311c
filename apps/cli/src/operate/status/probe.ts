import { CommandEnd } from '../../command-end';
import { httpJson } from '../../running/http-json';

export interface ServiceStatus {
  readonly name: string;
  readonly url: string;
  readonly reachable: boolean;
  readonly live: boolean;
  readonly ready: boolean;
  /** Names of the checks that fail. */
  readonly failing: readonly string[];
}

const TIMEOUT_MS = 5_000;

/** Asks one service how it is. */
export async function probe(name: string, url: string): Promise<ServiceStatus> {
  try {
    const [live, ready] = await Promise.all(['live', 'ready'].map((kind) => httpJson(`${url}/health/${kind}`, { timeoutMs: TIMEOUT_MS })));
    const failing = [...failingIn(live?.body), ...failingIn(ready?.body)];
    return { name, url, reachable: true, live: live?.status === 200, ready: ready?.status === 200, failing };
  } catch (error) {
    if (!(error instanceof CommandEnd)) throw error;
    return { name, url, reachable: false, live: false, ready: false, failing: [] };
  }
}

function failingIn(body: unknown): string[] {
  const checks = typeof body === 'object' && body !== null && 'checks' in body ? body.checks : null;
  if (typeof checks !== 'object' || checks === null) return [];
  return Object.entries(checks)
    .filter(([, result]) => result !== 'ok')
    .map(([check]) => check);
}
