import { json, type Answer } from './http';

const WINDOW_MS = 60_000;

export type LimitScope = 'create' | 'get' | 'write';

/** Calls a minute for one key (Didit contract, section 1). Creates have a limit of their own and count as no other write. */
const LIMITS: Readonly<Record<LimitScope, { readonly max: number; readonly message: string }>> = {
  create: { max: 600, message: 'Session creation rate limit exceeded. You can make up to 600 requests per minute.' },
  get: { max: 600, message: 'GET request rate limit exceeded. You can make up to 600 requests per minute.' },
  write: { max: 300, message: 'Write request rate limit exceeded. You can make up to 300 requests per minute.' },
};

/** Sliding windows of one minute. There is one key, so one window for each scope. */
export class RateLimit {
  /** Times of the last `max` calls as a ring: a call is one too many if the one `max` calls ago is younger than the window. */
  private readonly rings: Readonly<Record<LimitScope, { times: Float64Array; at: number }>> = {
    create: { times: new Float64Array(LIMITS.create.max), at: 0 },
    get: { times: new Float64Array(LIMITS.get.max), at: 0 },
    write: { times: new Float64Array(LIMITS.write.max), at: 0 },
  };

  /** Counts a call, or says that it is one too many. The `X-RateLimit` headers are only on the refusal, as with the vendor. */
  take(scope: LimitScope, nowMs: number): Answer | null {
    const ring = this.rings[scope];
    const oldest = ring.times[ring.at] ?? 0;
    const { max, message } = LIMITS[scope];
    if (oldest !== 0 && nowMs - oldest < WINDOW_MS) {
      const waitSeconds = Math.ceil((oldest + WINDOW_MS - nowMs) / 1000);
      return json(429, { detail: message }, {
        'retry-after': String(waitSeconds),
        'x-ratelimit-limit': String(max),
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': String(Math.ceil((oldest + WINDOW_MS) / 1000)),
      });
    }
    ring.times[ring.at] = nowMs;
    ring.at = (ring.at + 1) % max;
    return null;
  }

  reset(): void {
    for (const ring of Object.values(this.rings)) ring.times.fill(0);
  }
}
