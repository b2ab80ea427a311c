/** Ids that stand for an account at the vendor. Every variant is given the same. */
export const ACCOUNT = {
  applicationId: '5a1d9c34-8f7e-4b02-9a6d-3c2b1e0f4d55',
  workflowId: '0c9b2f6e-41d7-4a35-8e0b-7d1f6a3c5b90',
  environment: 'sandbox',
  apiKey: 'bench_api_key_of_the_stub_vendor_0001',
  webhookSecret: 'bench_webhook_secret_of_the_stub_vendor_0001',
} as const;

/** What is different in every session. */
export interface SessionFacts {
  readonly id: string;
  readonly vendorData: string;
  /** As JSON with sorted keys. */
  readonly metadata: string;
}

const CHECKS = {
  face_matches: [{ node_id: 'feature_face_match', score: 97.25, source_image: `https://media.invalid/${'a'.repeat(160)}`, status: 'Approved', target_image: `https://media.invalid/${'b'.repeat(160)}`, warnings: [] }],
  features: ['LIVENESS', 'FACE_MATCH', 'IP_ANALYSIS'],
  ip_analyses: [
    {
      browser_family: 'Mobile Safari', device_brand: 'Example', device_fingerprint: 'f'.repeat(32), device_model: 'Model 12', ip_address: '203.0.113.7', ip_city: 'Madrid', ip_country: 'Spain', ip_country_code: 'ES',
      ip_state: 'Comunidad de Madrid', is_data_center: false, is_vpn_or_tor: false, isp: 'Example Networks', latitude: 40.4168, longitude: -3.7038, node_id: 'feature_ip_analysis', os_family: 'Android', platform: 'mobile',
      status: 'Approved', time_zone: 'Europe/Madrid', time_zone_offset: '+0100', warnings: [],
    },
  ],
  liveness_checks: [
    { age_estimation: 34.5, method: 'ACTIVE_3D', node_id: 'feature_liveness', reference_image: `https://media.invalid/${'c'.repeat(180)}`, score: 92, status: 'Approved', video_url: `https://media.invalid/${'d'.repeat(180)}`, warnings: [] },
  ],
  nfc_verifications: null,
  reviews: [],
};
/** Real answers have about 3 KB: what this stub leaves out is made up for. */
const REST = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`unused_block_${String(i).padStart(2, '0')}`, { note: 'n'.repeat(60), status: 'Not Finished' }]));

const HOLE = /"@([A-Za-z]+)@"/;

/** A JSON text with holes, cut once, so that filling it costs a join. Keys come out sorted: the raw and the canonical form are the same bytes. */
function template(value: object): (fill: Readonly<Record<string, string>>) => string {
  const parts = sortedJson(value).split(HOLE);
  return (fill) => parts.map((part, i) => (i % 2 === 0 ? part : (fill[part] ?? 'null'))).join('');
}

/** JSON with keys sorted at every depth. */
export function sortedJson(value: unknown): string {
  return JSON.stringify(sorted(value));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, member]) => [key, sorted(member)]));
}

const DECISION = {
  ...CHECKS, ...REST, callback: 'https://shop.example/', environment: ACCOUNT.environment, metadata: '@metadata@', session_id: '@id@', session_kind: 'user', status: '@status@', vendor_data: '@vendorData@', workflow_id: ACCOUNT.workflowId,
};

const decisionText = template(DECISION);
const webhookText = template({
  application_id: ACCOUNT.applicationId, created_at: '@seconds@', decision: DECISION, environment: ACCOUNT.environment, event_id: '@eventId@', metadata: '@metadata@', session_id: '@id@', status: '@status@', timestamp: '@seconds@',
  vendor_data: '@vendorData@', webhook_type: 'status.updated', workflow_id: ACCOUNT.workflowId, workflow_version: 3,
});

const createdText = template({
  metadata: '@metadata@', session_id: '@id@', session_token: '@token@', status: '@status@', url: '@url@', vendor_data: '@vendorData@', workflow_id: ACCOUNT.workflowId, workflow_version: 3,
});

const filled = ({ id, vendorData, metadata }: SessionFacts, status: string): Record<string, string> => ({ id: `"${id}"`, vendorData: JSON.stringify(vendorData), metadata, status: `"${status}"` });

/** The answer of `GET /v3/session/{id}/decision/`. */
export const decisionOf = (session: SessionFacts, status: string): string => decisionText(filled(session, status));

/** One signed event's body. */
export const webhookOf = (session: SessionFacts, eventId: string, seconds: number): string => webhookText({ ...filled(session, 'Approved'), eventId: `"${eventId}"`, seconds: String(seconds) });

/** The answer of `POST /v3/session/`. */
export const createdOf = (session: SessionFacts, url: string): string => createdText({ ...filled(session, 'Not Started'), token: `"t${session.id.slice(0, 11)}"`, url: JSON.stringify(url) });
