import type { Deliveries } from './deliveries';
import { detail, json, noContent, type Answer } from './http';
import { isJsonObject, parseJson } from './json';
import type { RateLimit } from './rate-limit';
import { hostedUrl } from './decision-body';
import { endingOf, scenarioNames } from './scenarios';
import type { Session } from './sessions';
import { readDefaults, readFaults, type SettingsRefusal } from './settings';
import type { Vendor } from './vendor';

export interface Control {
  readonly vendor: Vendor;
  readonly deliveries: Deliveries;
  readonly rateLimit: RateLimit;
}

const SESSION_PATH = /^\/sandbox\/sessions\/([^/]{1,64})\/(finish|resend|status)$/;
const USER_PATH = /^\/sandbox\/users\/([^/]{1,1024})$/;

/** Calls under `/sandbox`: what tests and demonstrations do to the vendor. Null where there is no such call. */
export function control(context: Control, method: string, url: URL, body: Buffer): Answer | null {
  const { vendor } = context;
  switch (`${method} ${url.pathname}`) {
    case 'GET /sandbox/defaults':
      return json(200, vendor.defaults);
    case 'PUT /sandbox/defaults':
      return putDefaults(context, body);
    case 'GET /sandbox/faults':
      return json(200, vendor.faults);
    case 'PUT /sandbox/faults':
      return putFaults(vendor, body);
    case 'GET /sandbox/scenarios':
      return json(200, { scenarios: scenarioNames() });
    case 'GET /sandbox/sessions':
      return listed(vendor, url.searchParams);
    case 'GET /sandbox/webhooks':
      return json(200, context.deliveries.counts);
    case 'POST /sandbox/webhooks/test':
      vendor.sendTest(Date.now());
      return noContent();
  }
  const onSession = SESSION_PATH.exec(url.pathname);
  if (onSession !== null && method === 'POST') return controlSession(vendor, onSession[1] ?? '', onSession[2] ?? '', body);
  const onUser = USER_PATH.exec(url.pathname);
  if (onUser !== null && method === 'PUT') return putUser(vendor, onUser[1] ?? '', body);
  return null;
}

const refused = ({ field, message }: SettingsRefusal): Answer => json(400, { detail: `${field} ${message}.`, field });

function putDefaults({ vendor, rateLimit }: Control, body: Buffer): Answer {
  const read = readDefaults(parseJson(body.toString('utf8')), vendor.defaults);
  if (!read.ok) return refused(read.error);
  vendor.defaults = read.value;
  rateLimit.reset();
  return json(200, vendor.defaults);
}

function putFaults(vendor: Vendor, body: Buffer): Answer {
  const read = readFaults(parseJson(body.toString('utf8')));
  if (!read.ok) return refused(read.error);
  vendor.setFaults(read.value);
  return json(200, vendor.faults);
}

function controlSession(vendor: Vendor, id: string, action: string, body: Buffer): Answer {
  const session = vendor.sessions.find(id);
  if (session === undefined || session.deleted) return detail(404, 'The sandbox holds no such session.');
  if (action === 'resend') return vendor.resend(session) ? noContent() : detail(409, 'The session has had no webhook yet.');
  const input = parseJson(body.toString('utf8'));
  if (action === 'status') return setStatus(vendor, session, isJsonObject(input) ? input['status'] : undefined);
  const scenario = isJsonObject(input) ? (input['scenario'] ?? 'approve') : 'approve';
  const ending = typeof scenario === 'string' ? endingOf(scenario) : undefined;
  if (ending === undefined) return refused({ field: 'scenario', message: 'must be the name of a scenario (GET /sandbox/scenarios)' });
  if (!vendor.finish(session, ending)) return detail(409, `The session is over: ${session.status}.`);
  return json(200, described(vendor, session));
}

/** Any status at all, also one that overturns an earlier one or that nobody knows. */
function setStatus(vendor: Vendor, session: Session, status: unknown): Answer {
  if (typeof status !== 'string' || status.length === 0 || status.length > 64) return refused({ field: 'status', message: 'must be a text of 1 to 64 characters' });
  vendor.review(session, status, 'set by a control call', Date.now());
  return json(200, described(vendor, session));
}

function putUser(vendor: Vendor, encoded: string, body: Buffer): Answer {
  const input = parseJson(body.toString('utf8'));
  const blocked = isJsonObject(input) ? input['blocked'] : undefined;
  if (typeof blocked !== 'boolean') return refused({ field: 'blocked', message: 'must be true or false' });
  const vendorData = decoded(encoded);
  if (vendorData === null) return refused({ field: 'path', message: 'must be percent-encoded UTF-8' });
  vendor.block(vendorData, blocked);
  return noContent();
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

const LISTED_MAX = 1_000;

/** The newest sessions first. `creates` above 1 means that a session was handed out again. */
function listed(vendor: Vendor, query: URLSearchParams): Answer {
  const vendorData = query.get('vendorData');
  const all = [...vendor.sessions.all()].filter((session) => vendorData === null || session.vendorData === vendorData).reverse();
  return json(200, { count: all.length, sessions: all.slice(0, LISTED_MAX).map((session) => described(vendor, session)) });
}

const described = (vendor: Vendor, session: Session): Record<string, unknown> => ({
  vendorSessionId: session.id,
  status: session.status,
  vendorData: session.vendorData,
  metadata: session.metadata,
  callback: session.callback,
  url: hostedUrl(session, vendor.publicUrl),
  creates: session.creates,
  decisionReads: session.decisionReads,
  deleted: session.deleted,
  createdAt: new Date(session.createdAtMs).toISOString(),
});
