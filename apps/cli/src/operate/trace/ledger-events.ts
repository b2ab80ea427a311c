import { z } from 'zod';
import { CommandEnd, EXIT, unreachable } from '../../command-end';
import { httpJson } from '../../running/http-json';
import { saysOf, type TraceEvent } from './trace-event';

const TIMEOUT_MS = 15_000;
const PAGES_MAX = 50;

const entry = z.object({
  index: z.number().int(),
  leaf: z.string(),
  recordedAt: z.string(),
  event: z.object({ headers: z.record(z.string(), z.string()), body: z.unknown() }).nullable(),
});
const page = z.object({ entries: z.array(entry), nextFrom: z.number().int().nullable() });
const leaf = z.object({ type: z.string(), source: z.string(), id: z.string().optional(), time: z.string().nullish() });
const problem = z.object({ code: z.string(), detail: z.string().optional() });

/** What the ledger holds of an authentication, in its order. Empty where it knows nothing of it. @throws CommandEnd where it cannot be asked, or refuses the key */
export async function ledgerEvents(url: string, apiKey: string, gatewayId: string, authenticationId: string): Promise<TraceEvent[]> {
  const base = `${url}/v1/gateways/${encodeURIComponent(gatewayId)}/authentications/${encodeURIComponent(authenticationId)}/evidence`;
  const events: TraceEvent[] = [];
  let from: number | null = 0;
  for (let pages = 0; from !== null && pages < PAGES_MAX; pages++) {
    const answer = await httpJson(`${base}?from=${from}`, { headers: { authorization: `Bearer ${apiKey}` }, timeoutMs: TIMEOUT_MS });
    if (answer.status === 404) break;
    const parsed = page.safeParse(answer.body);
    if (answer.status !== 200 || !parsed.success) throw refusal(answer.status, answer.body);
    events.push(...parsed.data.entries.map(eventOf));
    from = parsed.data.nextFrom;
  }
  return events;
}

function refusal(status: number, body: unknown): CommandEnd {
  const known = problem.safeParse(body);
  const words = known.success ? `the ledger answers ${known.data.code}: ${known.data.detail ?? ''}` : `the ledger gives an unexpected answer (${status})`;
  return status >= 500 ? unreachable(words) : new CommandEnd(EXIT.no, words);
}

function eventOf({ index, leaf: text, recordedAt, event }: z.infer<typeof entry>): TraceEvent {
  const parsed = leaf.safeParse(jsonOf(text));
  const { type, source, id } = parsed.success ? parsed.data : { type: 'unknown', source: '', id: undefined };
  const headers = event?.headers ?? {};
  const isGateways = source.startsWith('/gateways/');
  return {
    source,
    id: headers['ce_id'] ?? id ?? `leaf ${index}`,
    type,
    time: isGateways ? recordedAt : (headers['ce_time'] ?? (parsed.success ? parsed.data.time : null) ?? recordedAt),
    says: event === null ? '(sealed bytes are gone)' : saysOf(type, event.body),
    redrive: Number(headers['dlq-redrive'] ?? 0),
    leafIndex: index,
    position: null,
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
