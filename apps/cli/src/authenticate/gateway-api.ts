import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { CommandEnd, EXIT, unreachable } from '../command-end';
import { httpJson, type JsonAnswer } from '../running/http-json';

const view = z.object({
  authenticationId: z.string(),
  state: z.string(),
  approvalUrl: z.string().nullable(),
  verdict: z.looseObject({ outcome: z.string(), mayProceed: z.boolean(), reasons: z.array(z.string()) }).nullable(),
  expiresAt: z.string(),
});
export type AuthenticationView = z.infer<typeof view>;

const problem = z.object({ code: z.string(), detail: z.string().optional(), errors: z.array(z.object({ field: z.string(), message: z.string() })).optional() });

const TIMEOUT_MS = 10_000;
const WAIT_SECONDS = 20;

/** The REST side of auth-session, as a gateway calls it. */
export class GatewayApi {
  constructor(
    private readonly baseUrl: string,
    private readonly apiKey: string,
  ) {}

  /** @throws CommandEnd with the service's own words where it refuses */
  async create(body: unknown): Promise<AuthenticationView> {
    const headers = { ...this.authorization, 'idempotency-key': randomUUID() };
    return read(await httpJson(`${this.baseUrl}/v1/authentications`, { method: 'POST', body, headers, timeoutMs: TIMEOUT_MS }), 202);
  }

  /** How it stands now, or as soon as there is a verdict. */
  async standing(id: string, waits: boolean): Promise<AuthenticationView> {
    const seconds = waits ? WAIT_SECONDS : 0;
    const url = `${this.baseUrl}/v1/authentications/${encodeURIComponent(id)}?waitSeconds=${seconds}`;
    return read(await httpJson(url, { headers: this.authorization, timeoutMs: TIMEOUT_MS + seconds * 1000 }), 200);
  }

  private get authorization(): Record<string, string> {
    return { authorization: `Bearer ${this.apiKey}` };
  }
}

function read({ status, body }: JsonAnswer, wanted: number): AuthenticationView {
  if (status === wanted) {
    const parsed = view.safeParse(body);
    if (parsed.success) return parsed.data;
  }
  const refusal = problem.safeParse(body);
  const words = refusal.success ? inWords(refusal.data) : `an unexpected answer (${status})`;
  throw status >= 500 ? unreachable(words) : new CommandEnd(EXIT.no, words);
}

const inWords = ({ code, detail = '', errors = [] }: z.infer<typeof problem>): string => [`${code}: ${detail}`, ...errors.map(({ field, message }) => `  ${field}: ${message}`)].join('\n');
