/** One step of an authentication, wherever it was found. */
export interface TraceEvent {
  /** `ce_source` and `ce_id`: what makes a message one and the same in ledger and topics. */
  readonly source: string;
  readonly id: string;
  readonly type: string;
  /** RFC 3339. Of the service that wrote it; a gateway's clock decides nothing, so for its messages the time at which we had them. */
  readonly time: string;
  /** Codes and statuses, never content. */
  readonly says: string;
  readonly redrive: number;
  /** Null where the ledger does not have it. */
  readonly leafIndex: number | null;
  /** `<topic>/<partition>/<offset>`, null where it was not looked for or is gone from the topic. */
  readonly position: string | null;
}

/** Fields of closed words, by event type: the only parts of a body that are printed. */
const TELLING: Readonly<Record<string, readonly string[]>> = {
  'sca.requested.v1': ['action'],
  'sca.decided.v1': ['decision', 'exemption', 'reasons'],
  'sca.session.v1': ['status', 'attempt'],
  'sca.verdict.v1': ['outcome', 'reasons'],
  'sca.evidence.v1': ['kind'],
  'sca.revoked.v1': ['reason', 'alreadyRedeemed'],
  'sca.redeemed.v1': ['redeemedAt'],
  'didit.event.v1': ['webhookType', 'status'],
  'payment.outcome.v1': ['kind'],
};
const WORDS_MAX = 120;

/** What an event says, in its own codes. An unknown type says nothing. */
export function saysOf(type: string, body: unknown): string {
  if (typeof body !== 'object' || body === null) return '';
  const fields = body as Readonly<Record<string, unknown>>;
  return (TELLING[type] ?? []).flatMap((name) => wordOf(name, fields[name])).join(' ').slice(0, WORDS_MAX);
}

function wordOf(name: string, value: unknown): string[] {
  if (name === 'attempt') return typeof value === 'number' && value > 0 ? [`(attempt ${value})`] : [];
  if (name === 'alreadyRedeemed') return value === true ? ['(already redeemed)'] : [];
  if (Array.isArray(value)) return value.filter((one) => typeof one === 'string');
  return typeof value === 'string' && value !== '' ? [value] : [];
}

/** The same message from ledger and topics becomes one; in the ledger's order, then what it does not have yet by time. */
export function mergeEvents(fromLedger: readonly TraceEvent[], fromTopics: readonly TraceEvent[]): TraceEvent[] {
  const merged = new Map<string, TraceEvent>();
  for (const event of [...fromLedger, ...fromTopics]) {
    const name = `${event.source} ${event.id} ${event.redrive}`;
    const known = merged.get(name);
    merged.set(name, known === undefined ? event : { ...known, leafIndex: known.leafIndex ?? event.leafIndex, position: known.position ?? event.position });
  }
  return [...merged.values()].sort((a, b) => {
    if (a.leafIndex !== null && b.leafIndex !== null) return a.leafIndex - b.leafIndex;
    return a.time.localeCompare(b.time);
  });
}
