import { setTimeout as delay } from 'node:timers/promises';
import {
  type ConsistencyProof,
  type Hash,
  hashFromBase64,
  type InclusionProof,
  type LogDescription,
  type LogSource,
  LogUnreachable,
  type NoAnswer,
  type SourceEntry,
} from '@assent/domain-ledger';
import { ok, refuse, type Result } from '@assent/kernel';

const TIMEOUT_MS = 30_000;
/** A kept-alive connection that the server closed in the same moment, or a replica that is being replaced. */
const TRIES = 3;
const RETRY_MS = 300;
const MALFORMED: NoAnswer = { code: 'ANSWER_MALFORMED' };

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string';

function hashesOf(value: unknown): Hash[] | null {
  if (!Array.isArray(value)) return null;
  const hashes = value.map((text: unknown) => (isText(text) ? hashFromBase64(text) : null));
  return hashes.includes(null) ? null : hashes.filter((hash) => hash !== null);
}

/** A log behind the ledger's HTTP interface. */
export class HttpLogSource implements LogSource {
  constructor(private readonly baseUrl: string) {}

  async logs(): Promise<LogDescription[]> {
    const answer = await this.json('/v1/logs');
    if (!answer.ok || !Array.isArray(answer.value)) throw new LogUnreachable(`${this.baseUrl} does not answer as a ledger`);
    return answer.value.flatMap((log: unknown) => {
      if (!isObject(log)) return [];
      const { logId, origin, verifierKey } = log;
      return isText(logId) && isText(origin) && isText(verifierKey) ? [{ logId, origin, verifierKey }] : [];
    });
  }

  async checkpoint(log: string, sizeMax?: number): Promise<Result<string, NoAnswer>> {
    return this.text(`/v1/logs/${encodeURIComponent(log)}/checkpoint${sizeMax === undefined ? '' : `?sizeMax=${sizeMax}`}`);
  }

  async entries(log: string, from: number, to: number): Promise<Result<SourceEntry[], NoAnswer>> {
    const answer = await this.json(`/v1/logs/${encodeURIComponent(log)}/entries?from=${from}&to=${to}`);
    if (!answer.ok) return answer;
    const entries: unknown = isObject(answer.value) ? answer.value['entries'] : null;
    if (!Array.isArray(entries)) return refuse(MALFORMED);
    const read = entries.map((entry: unknown) => {
      if (!isObject(entry)) return null;
      const { index, leafHash, leaf } = entry;
      return typeof index === 'number' && isText(leaf) ? { index, leaf, leafHash: isText(leafHash) ? hashFromBase64(leafHash) : null } : null;
    });
    return read.includes(null) ? refuse(MALFORMED) : ok(read.filter((entry) => entry !== null));
  }

  async inclusion(log: string, index: number, size: number): Promise<Result<InclusionProof & { readonly leafHash: Hash }, NoAnswer>> {
    const answer = await this.json(`/v1/logs/${encodeURIComponent(log)}/proofs/inclusion?index=${index}&size=${size}`);
    if (!answer.ok) return answer;
    const { hashes: stated, leafHash: text } = isObject(answer.value) ? answer.value : {};
    const hashes = hashesOf(stated);
    const leafHash = isText(text) ? hashFromBase64(text) : null;
    return hashes === null || leafHash === null ? refuse(MALFORMED) : ok({ index, size, hashes, leafHash });
  }

  async consistency(log: string, from: number, to: number): Promise<Result<ConsistencyProof, NoAnswer>> {
    const answer = await this.json(`/v1/logs/${encodeURIComponent(log)}/proofs/consistency?from=${from}&to=${to}`);
    if (!answer.ok) return answer;
    const hashes = hashesOf(isObject(answer.value) ? answer.value['hashes'] : null);
    return hashes === null ? refuse(MALFORMED) : ok({ from, to, hashes });
  }

  private async json(path: string): Promise<Result<unknown, NoAnswer>> {
    const answer = await this.text(path);
    if (!answer.ok) return answer;
    try {
      return ok(JSON.parse(answer.value) as unknown);
    } catch {
      return refuse(MALFORMED);
    }
  }

  private async text(path: string): Promise<Result<string, NoAnswer>> {
    for (let tries = 1; ; tries++) {
      try {
        const response = await fetch(this.baseUrl + path, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
        const body = await response.text();
        if (response.ok) return ok(body);
        // The ledger itself says that it cannot answer now.
        if (response.status === 503) throw new LogUnreachable(`${this.baseUrl} answers 503`);
        return refuse({ code: codeOf(body) });
      } catch (error) {
        if (tries === TRIES) throw error instanceof LogUnreachable ? error : new LogUnreachable(`${this.baseUrl} cannot be reached`, { cause: error });
        await delay(RETRY_MS * tries);
      }
    }
  }
}

/** The stable code of a problem (RFC 9457), or that it is none. */
function codeOf(body: string): string {
  try {
    const problem: unknown = JSON.parse(body);
    if (isObject(problem) && isText(problem['code'])) return problem['code'];
  } catch {
    // Not JSON: said below.
  }
  return MALFORMED.code;
}
