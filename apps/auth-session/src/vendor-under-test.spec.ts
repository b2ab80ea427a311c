/** Not a test: a small vendor behind real HTTP, for the specs of this service. It keeps the contract's traps: reuse, overwritten metadata, 404s. */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const WORKFLOW = 'd1c2b3a4-0000-4000-8000-000000000001';

export interface HeldSession {
  readonly session_id: string;
  readonly vendor_data: string;
  metadata: unknown;
  callback: string;
  status: string;
  liveness: string[] | null;
  faces: string[] | null;
  environment: string;
  creates: number;
  reads: number;
  language: string | null;
  portrait: string | null;
}

/** How one kind of call fails: answered with a status, cut off after it was processed, or answered late. */
export interface Fault {
  readonly status?: number;
  readonly body?: unknown;
  readonly dropAfterProcessing?: boolean;
  readonly delayMs?: number;
  /** Answered late, after it was processed. */
  readonly delayAfterMs?: number;
}

const REUSABLE = new Set(['Not Started', 'In Progress', 'Resubmitted', 'Awaiting User']);

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return chunks.length === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>);
}

export async function startVendor() {
  const sessions = new Map<string, HeldSession>();
  const faults = { create: [] as Fault[], decision: [] as Fault[], delete: [] as Fault[] };
  const calls = { create: 0, decision: 0, delete: 0 };
  let port = 0;

  function create(body: Record<string, unknown>): HeldSession {
    const vendorData = String(body['vendor_data']);
    const changes = { metadata: body['metadata'], callback: String(body['callback']), language: (body['language'] as string | undefined) ?? null, portrait: (body['portrait_image'] as string | undefined) ?? null };
    const reused = [...sessions.values()].find((session) => session.vendor_data === vendorData && REUSABLE.has(session.status));
    const session: HeldSession =
      reused ?? { session_id: randomUUID(), vendor_data: vendorData, status: 'Not Started', liveness: null, faces: null, environment: 'sandbox', creates: 0, reads: 0, ...changes };
    Object.assign(session, changes);
    session.creates += 1;
    sessions.set(session.session_id, session);
    return session;
  }

  const decision = (session: HeldSession): unknown => {
    session.reads += 1;
    const checks = (statuses: string[] | null) => statuses?.map((status) => ({ node_id: 'n', status, score: 95.5, method: 'PASSIVE', warnings: [] })) ?? null;
    return {
      session_id: session.session_id, session_kind: 'user', status: session.status, environment: session.environment, workflow_id: WORKFLOW, vendor_data: session.vendor_data,
      metadata: session.metadata, liveness_checks: checks(session.liveness), face_matches: checks(session.faces), ip_analyses: null, created_at: '2026-11-24T12:00:00Z', expires_at: null,
    };
  };

  async function answer(request: IncomingMessage, reply: ServerResponse): Promise<void> {
    const send = (status: number, body: unknown, headers: Record<string, string> = {}): void => {
      reply.writeHead(status, { 'content-type': 'application/json', ...headers });
      reply.end(body === undefined ? '' : JSON.stringify(body));
    };
    const path = (request.url ?? '').split('?')[0] ?? '';
    const kind = request.method === 'POST' ? 'create' : request.method === 'DELETE' ? 'delete' : 'decision';
    const body = await bodyOf(request);
    calls[kind] += 1;
    const fault = faults[kind].shift();
    if (fault?.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
    if (fault?.status !== undefined) {
      send(fault.status, fault.body ?? { detail: 'fault' });
      return;
    }
    const id = /^\/v3\/session\/([0-9a-f-]{36})\//.exec(path)?.[1];
    const session = id === undefined ? undefined : sessions.get(id);
    let result: { status: number; body: unknown } = { status: 404, body: { detail: 'Session not found.' } };
    if (kind === 'create') {
      const made = create(body);
      result = { status: 201, body: { ...made, session_number: 1, session_token: 'Zk3_pQ9aLm2X', url: `http://127.0.0.1:${port}/session/${made.session_id}`, workflow_id: WORKFLOW, workflow_version: 1 } };
    } else if (session !== undefined && kind === 'decision') {
      result = { status: 200, body: decision(session) };
    } else if (session !== undefined) {
      sessions.delete(session.session_id);
      result = { status: 204, body: undefined };
    }
    if (fault?.delayAfterMs !== undefined) await new Promise((resolve) => setTimeout(resolve, fault.delayAfterMs));
    if (fault?.dropAfterProcessing === true) reply.destroy();
    else send(result.status, result.body);
  }

  const server = createServer((request, reply) => void answer(request, reply));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;

  return {
    baseUrl: `http://127.0.0.1:${port}`,
    sessions,
    faults,
    calls,
    /** Ends a session as the hosted page would. */
    finish(sessionId: string, status = 'Approved', changes: Partial<HeldSession> = {}): void {
      const session = sessions.get(sessionId);
      if (session === undefined) throw new Error('no such session');
      const approved = status === 'Approved' ? { liveness: ['Approved'], faces: ['Approved'] } : {};
      Object.assign(session, { status, ...approved, ...changes });
    },
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export type VendorUnderTest = Awaited<ReturnType<typeof startVendor>>;
