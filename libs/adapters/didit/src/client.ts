import { invariant } from '@assent/kernel';
import { failpoint } from '@assent/platform';
import { isCreditRefusal, isLanguageRefusal, readCreateRefusal } from './create-refusal';
import { vendorLanguage } from './language';
import type {
  CreatedSession,
  CreateOutcome,
  CreateSessionInput,
  DecisionOutcome,
  DeleteOutcome,
  DiditClient,
  Forbidden,
  ListOutcome,
  Throttled,
  Uncertain,
  Unreached,
} from './outcomes';
import { toVendorStatus } from './status';
import { metadataOf, toDecision } from './to-decision';
import { VendorHttp, type VendorAnswer, type VendorHttpOptions, type VendorReply } from './vendor-http';
import { integerOf, isUuid, objectsOf, parseObject, textOf, uuidOf } from './wire';

export interface DiditClientOptions extends VendorHttpOptions {
  readonly workflowId: string;
  /** The vendor takes 2 MB today and took 1 MB before; a larger portrait is refused here, without a call. */
  readonly portraitBytesMax?: number;
  /** Called after every call, for metrics: names and times, never content. */
  readonly observe?: (call: VendorCallRecord) => void;
}

export interface VendorCallRecord {
  readonly operation: 'create' | 'decision' | 'delete' | 'list';
  readonly outcome: string;
  readonly milliseconds: number;
}

const PORTRAIT_BYTES_MAX = 1024 * 1024;

/** The vendor's API over HTTP (Didit contract, sections 1 to 3 and 6). The key, portraits and tokens appear in no error and no record. */
export class HttpDiditClient implements DiditClient {
  private readonly http: VendorHttp;

  constructor(private readonly options: DiditClientOptions) {
    this.http = new VendorHttp(options);
  }

  async close(): Promise<void> {
    await this.http.close();
  }

  /** Makes a session, or is given an unfinished one of the same payer: the answer does not say which, so the caller checks id and status. */
  async createSession(input: CreateSessionInput): Promise<CreateOutcome> {
    return this.observed('create', async () => {
      const portrait = input.portrait ?? null;
      if (portrait !== null && portrait.byteLength > (this.options.portraitBytesMax ?? PORTRAIT_BYTES_MAX)) return { kind: 'refused', code: 'PORTRAIT_REFUSED' };
      const language = vendorLanguage(input.locale ?? '');
      const first = await this.create(input, language);
      // A refusal is certain, so asking again without the language makes no second session.
      const reply = language !== null && first.kind === 'answer' && first.status === 400 && isLanguageRefusal(first.body) ? await this.create(input, null) : first;
      return readCreate(reply, portrait !== null);
    });
  }

  async fetchDecision(sessionId: string): Promise<DecisionOutcome> {
    return this.observed('decision', async () => {
      const reply = await this.http.call({ method: 'GET', path: sessionPath(sessionId, 'decision') });
      if (reply.kind !== 'answer') return reply;
      if (reply.status === 404) return isJsonRefusal(reply) ? { kind: 'not_found' } : uncertain('UNEXPECTED_STATUS');
      if (reply.status !== 200) return common(reply);
      const decision = toDecision(reply.body);
      // An answer about another session is no answer.
      return decision?.sessionId === sessionId ? { kind: 'found', decision } : uncertain('ANSWER_UNREADABLE');
    });
  }

  /** Certain on 204, 200 (a newer form of the same call) and the API's own 404; a 404 of a proxy or router proves nothing. */
  async deleteSession(sessionId: string): Promise<DeleteOutcome> {
    return this.observed('delete', async () => {
      const reply = await this.http.call({ method: 'DELETE', path: sessionPath(sessionId, 'delete') });
      if (reply.kind !== 'answer') return reply;
      if (reply.status === 204 || reply.status === 200) return { kind: 'deleted', wasThere: true };
      if (reply.status === 404 && isJsonRefusal(reply)) return { kind: 'deleted', wasThere: false };
      return common(reply);
    });
  }

  /** The payer's sessions of this workflow, newest first: what to look at after a create call without a certain outcome. */
  async listSessions(vendorData: string): Promise<ListOutcome> {
    return this.observed('list', async () => {
      const reply = await this.http.call({ method: 'GET', path: '/v3/sessions/', query: { vendor_data: vendorData, workflow_id: this.options.workflowId, limit: '50' } });
      if (reply.kind !== 'answer') return reply;
      if (reply.status !== 200) return common(reply);
      return readList(reply.body, vendorData);
    });
  }

  private create(input: CreateSessionInput, language: string | null): Promise<VendorReply> {
    return this.http.call({
      method: 'POST',
      path: '/v3/session/',
      body: {
        workflow_id: this.options.workflowId,
        vendor_data: input.vendorData,
        callback: input.callback,
        metadata: input.metadata,
        ...(language === null ? {} : { language }),
        ...(input.portrait ? { portrait_image: Buffer.from(input.portrait).toString('base64') } : {}),
        ...(input.expectedIpAddress ? { expected_details: { ip_address: input.expectedIpAddress } } : {}),
      },
    });
  }

  private async observed<T extends { readonly kind: string }>(operation: VendorCallRecord['operation'], run: () => Promise<T>): Promise<T> {
    failpoint(`vendor-${operation}`, 'before-call');
    const startedAt = performance.now();
    const outcome = await run();
    failpoint(`vendor-${operation}`, 'after-answer');
    this.options.observe?.({ operation, outcome: outcome.kind, milliseconds: performance.now() - startedAt });
    return outcome;
  }
}

/** Ids are checked before they become a path: only what a create call gave us is ever asked for. */
function sessionPath(sessionId: string, action: 'decision' | 'delete'): string {
  invariant(isUuid(sessionId), 'a vendor session id is a lower-case UUID');
  return `/v3/session/${sessionId}/${action}/`;
}

const uncertain = (reason: Uncertain['reason']): Uncertain => ({ kind: 'unknown', reason });

/** What the statuses mean on every call. Only what certainly had no effect is told apart from what may have had one. */
function common(answer: VendorAnswer): Forbidden | Throttled | Uncertain {
  if (answer.status === 429) return { kind: 'throttled', retryAfterMs: answer.retryAfterMs };
  if (answer.status === 401 || answer.status === 403) return { kind: 'forbidden' };
  return uncertain(answer.status >= 500 ? 'SERVER_ERROR' : 'UNEXPECTED_STATUS');
}

/** The API says "not found" in JSON under `detail`; its router, and anybody's proxy, in HTML. */
const isJsonRefusal = (answer: VendorAnswer): boolean => typeof parseObject(answer.body.toString('utf8'))?.['detail'] === 'string';

function readCreate(reply: VendorReply, sentPortrait: boolean): CreateOutcome {
  if (reply.kind !== 'answer') return reply satisfies Unreached | Uncertain;
  if (reply.status === 201 || reply.status === 200) {
    const session = readCreated(reply.body);
    return session === null ? uncertain('ANSWER_UNREADABLE') : { kind: 'created', session };
  }
  if (reply.status === 400) return { kind: 'refused', code: readCreateRefusal(reply.body, sentPortrait) };
  const read = common(reply);
  if (read.kind !== 'forbidden') return read;
  return { kind: 'refused', code: isCreditRefusal(reply.body) ? 'OUT_OF_CREDITS' : 'FORBIDDEN' };
}

function readCreated(body: Buffer): CreatedSession | null {
  const wire = parseObject(body.toString('utf8'));
  if (wire === null) return null;
  const sessionId = uuidOf(wire, 'session_id');
  const status = textOf(wire, 'status', 64);
  const url = textOf(wire, 'url', 2048);
  if (sessionId === null || status === null || url === null || !isBrowserUrl(url)) return null;
  return {
    sessionId,
    status: toVendorStatus(status),
    url,
    vendorData: textOf(wire, 'vendor_data', 1024),
    metadata: metadataOf(wire),
    workflowId: textOf(wire, 'workflow_id', 128),
    workflowVersion: integerOf(wire, 'workflow_version'),
  };
}

/** The payer's browser is sent there, so it is a web address and nothing else. */
function isBrowserUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && (url.protocol === 'https:' || (url.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)));
}

function readList(body: Buffer, vendorData: string): ListOutcome {
  const wire = parseObject(body.toString('utf8'));
  const rows = wire === null ? null : objectsOf(wire, 'results');
  if (wire === null || rows === null) return uncertain('ANSWER_UNREADABLE');
  const sessions = rows.flatMap((row) => {
    const sessionId = uuidOf(row, 'session_id');
    const status = textOf(row, 'status', 64);
    if (sessionId === null || status === null) return [];
    return [{ sessionId, status: toVendorStatus(status), vendorData: textOf(row, 'vendor_data', 1024), createdAt: textOf(row, 'created_at', 40) }];
  });
  // A row that cannot be read may be the one that matters.
  const complete = wire['next'] === null && sessions.length === rows.length;
  return { kind: 'listed', sessions: sessions.filter((session) => session.vendorData === vendorData), complete };
}
