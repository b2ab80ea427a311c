import type { IncomingHttpHeaders } from 'node:http';
import { timingSafeEqual } from 'node:crypto';
import { createSession } from './create-session';
import { detail, json, redirect, routerNotFound, type Answer } from './http';
import type { LimitScope, RateLimit } from './rate-limit';
import { endingOf, vendorScenarioNames } from './scenarios';
import { armScenario, deleteSession, listSessions, readDecision, updateStatus } from './session-calls';
import type { Session } from './sessions';
import type { Vendor } from './vendor';

export interface ApiRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface ApiContext {
  readonly vendor: Vendor;
  readonly rateLimit: RateLimit;
  readonly apiKey: string;
}

const SESSION_CALL = /^\/v3\/session\/([^/]*)\/(decision|delete|update-status|sandbox\/arm)\/$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const WITHOUT_SLASH = /^\/v3\/(session|sessions|session\/[^/]+\/(decision|delete|update-status|sandbox\/arm))$/;

/** The vendor's API (Didit contract, sections 1 to 3 and 6). Null for a path that is not part of it. */
export function api(context: ApiContext, request: ApiRequest): Answer | null {
  const { pathname } = request.url;
  if (WITHOUT_SLASH.test(pathname)) return redirect(301, `${pathname}/${request.url.search}`);
  if (pathname === '/v3/session/') return request.method === 'POST' ? create(context, request) : notAllowed(request.method);
  if (pathname === '/v3/sessions/') return request.method === 'GET' ? list(context, request) : notAllowed(request.method);
  if (pathname === '/v1/sandbox/scenarios/') return guarded(context, request, 'get', () => json(200, { scenarios: vendorScenarioNames() }));
  const call = SESSION_CALL.exec(pathname);
  if (call !== null) return sessionCall(context, request, call[1] ?? '', call[2] ?? '');
  return pathname.startsWith('/v3/') ? routerNotFound() : null;
}

const create = (context: ApiContext, request: ApiRequest): Answer => guarded(context, request, 'create', () => createSession(context.vendor, request.body, Date.now()));

const list = (context: ApiContext, request: ApiRequest): Answer => guarded(context, request, 'get', () => listSessions(context.vendor, request.url.searchParams));

const METHODS: Readonly<Record<string, string>> = { decision: 'GET', delete: 'DELETE', 'update-status': 'PATCH', 'sandbox/arm': 'POST' };

function sessionCall(context: ApiContext, request: ApiRequest, id: string, action: string): Answer {
  if (!UUID.test(id)) return routerNotFound();
  if (METHODS[action] !== request.method) return notAllowed(request.method);
  const session = context.vendor.sessions.find(id.toLowerCase());
  // The vendor looks a session up before it looks at the key.
  if (session === undefined || session.deleted) return detail(404, 'Not found.');
  if (action === 'sandbox/arm') return arm(request, session);
  return guarded(context, request, request.method === 'GET' ? 'get' : 'write', () => {
    if (action === 'decision') return readDecision(context.vendor, session);
    if (action === 'delete') return deleteSession(session);
    return updateStatus(context.vendor, session, request.body, Date.now());
  });
}

/** A call with the API key, within its limit. A wrong key is 403, never 401. */
function guarded(context: ApiContext, request: ApiRequest, scope: LimitScope, run: () => Answer): Answer {
  if (!sameText(request.headers['x-api-key'], context.apiKey)) return detail(403, 'You do not have permission to perform this action.');
  const refused = context.vendor.defaults.rateLimit ? context.rateLimit.take(scope, Date.now()) : null;
  return refused ?? run();
}

/** A session's own call: its token instead of the key, and not limited. */
function arm(request: ApiRequest, session: Session): Answer {
  if (!sameText(request.headers['session-token'], session.token)) return detail(403, 'Authentication credentials were not provided or are invalid.');
  return armScenario(session, request.body, (scenario) => endingOf(scenario) !== undefined);
}

function sameText(presented: string | readonly string[] | undefined, expected: string): boolean {
  if (typeof presented !== 'string') return false;
  const a = Buffer.from(presented, 'utf8');
  const b = Buffer.from(expected, 'utf8');
  return a.length === b.length && timingSafeEqual(a, b);
}

const notAllowed = (method: string): Answer => detail(405, `Method "${method}" not allowed.`);
