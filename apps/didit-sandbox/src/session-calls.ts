import { detail, json, noContent, type Answer } from './http';
import { hostedUrl } from './decision-body';
import { isJsonObject, parseJson } from './json';
import type { Session } from './sessions';
import type { Vendor } from './vendor';

/** `GET …/decision/`. */
export function readDecision(vendor: Vendor, session: Session): Answer {
  session.decisionReads++;
  return json(200, vendor.decision(session));
}

/** `DELETE …/delete/`: soft, no webhook; a second one finds nothing. */
export function deleteSession(session: Session): Answer {
  session.deleted = true;
  return noContent();
}

const UPDATABLE = ['Approved', 'Declined', 'In Review', 'Kyc Expired', 'Abandoned', 'Resubmitted'];
const NEW_STATUSES = ['Approved', 'Declined', 'Resubmitted'];
const ALL_STATUSES = [...UPDATABLE, 'Not Started', 'In Progress', 'Awaiting User', 'Expired'];

/** `PATCH …/update-status/`: a reviewer's decision over the API. The session's state is checked before the body. */
export function updateStatus(vendor: Vendor, session: Session, body: Buffer, nowMs: number): Answer {
  if (!UPDATABLE.includes(session.status)) {
    return detail(400, `Only sessions with status ${UPDATABLE.join(', ')} can be updated. Current status: ${session.status}`);
  }
  const input = parseJson(body.toString('utf8'));
  const status = isJsonObject(input) ? input['new_status'] : undefined;
  if (status === undefined || status === null) return json(400, { new_status: ['This field is required.'] });
  if (typeof status !== 'string') return json(400, { new_status: [`"${JSON.stringify(status)}" is not a valid choice.`] });
  if (!ALL_STATUSES.includes(status)) return json(400, { new_status: [`"${status}" is not a valid choice.`] });
  if (!NEW_STATUSES.includes(status)) return json(400, { new_status: ["You can only update the status to 'Approved', 'Declined', or 'Resubmitted'."] });
  if (status === session.status) return json(400, ['The new status is the same as the current status.']);
  const comment = isJsonObject(input) && typeof input['comment'] === 'string' ? input['comment'] : null;
  vendor.review(session, status, comment, nowMs);
  return json(200, { session_id: session.id });
}

const PAGE_MAX = 200;

/** `GET /v3/sessions/`: newest first, filters exact. */
export function listSessions(vendor: Vendor, query: URLSearchParams): Answer {
  const vendorData = query.get('vendor_data');
  const statuses = query.get('status')?.split(',') ?? null;
  const workflow = query.get('workflow_id');
  const matching = [...vendor.sessions.all()]
    .filter((session) => !session.deleted)
    .filter((session) => vendorData === null || session.vendorData === vendorData)
    .filter((session) => statuses === null || statuses.includes(session.status))
    .filter(() => workflow === null || workflow === vendor.identity.workflowId)
    .reverse();
  const limit = pageNumber(query.get('limit'), 50, PAGE_MAX);
  const offset = pageNumber(query.get('offset'), 0, Number.MAX_SAFE_INTEGER);
  const page = matching.slice(offset, offset + limit);
  const more = offset + limit < matching.length;
  return json(200, {
    count: matching.length,
    next: more ? `${vendor.publicUrl}/v3/sessions/?limit=${String(limit)}&offset=${String(offset + limit)}` : null,
    previous: offset > 0 ? `${vendor.publicUrl}/v3/sessions/?limit=${String(limit)}&offset=${String(Math.max(0, offset - limit))}` : null,
    results: page.map((session) => row(vendor, session)),
  });
}

function pageNumber(text: string | null, fallback: number, max: number): number {
  return text !== null && /^\d{1,9}$/.test(text) ? Math.min(Number(text), max) : fallback;
}

const row = (vendor: Vendor, session: Session): Record<string, unknown> => ({
  session_id: session.id,
  session_kind: 'user',
  session_number: session.number,
  session_url: hostedUrl(session, vendor.publicUrl),
  portrait_image: null,
  document_type: null,
  full_name: null,
  country: null,
  status: session.status,
  vendor_data: session.vendorData,
  created_at: new Date(session.createdAtMs).toISOString(),
  features: [
    { feature: 'LIVENESS', status: session.ending?.liveness?.['status'] ?? 'Not Finished' },
    { feature: 'FACE_MATCH', status: session.ending?.faceMatch?.['status'] ?? 'Not Finished' },
    { feature: 'IP_ANALYSIS', status: session.ending?.device?.['status'] ?? 'Not Finished' },
  ],
  phone_number: null,
  email_address: null,
});

/** `POST …/sandbox/arm/`: chooses the ending before the payer begins. Takes the session's own token, not the API key. */
export function armScenario(session: Session, body: Buffer, isKnown: (scenario: string) => boolean): Answer {
  const input = parseJson(body.toString('utf8'));
  const scenario = isJsonObject(input) ? input['scenario'] : undefined;
  if (typeof scenario !== 'string') return json(400, { scenario: ['This field is required.'] });
  if (!isKnown(scenario)) return json(400, { scenario: [`Unknown sandbox scenario: '${scenario}'.`] });
  if (session.status !== 'Not Started') return json(400, { scenario: ['Scenario can only be armed before the verification starts.'] });
  session.scenario = scenario;
  return json(200, { session_id: session.id, scenario, status: session.status });
}
