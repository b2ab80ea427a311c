import type { Json, JsonObject } from './json';
import type { Session } from './sessions';

export interface Identity {
  readonly applicationId: string;
  readonly workflowId: string;
  readonly workflowVersion: number;
  readonly environment: 'live' | 'sandbox';
}

const listOf = (block: JsonObject | null | undefined): Json => (block === null || block === undefined ? null : [block]);

/** A block of the device check carries the address that the payer came from, where the create call said which one to expect. */
const atExpectedAddress = (block: JsonObject | null | undefined, address: string | null): JsonObject | null =>
  block === null || block === undefined ? null : address === null ? block : { ...block, ip_address: address };

/** The decision of a session (Didit contract, section 3): blocks are null until the payer went through the check. */
export function decisionBody(session: Session, metadata: Json, identity: Identity, publicUrl: string): JsonObject {
  const faceMatch = session.ending?.faceMatch ?? null;
  return {
    session_id: session.id,
    session_kind: 'user',
    session_number: session.number,
    session_url: hostedUrl(session, publicUrl),
    status: session.status,
    environment: identity.environment,
    workflow_id: identity.workflowId,
    features: ['LIVENESS', 'FACE_MATCH', 'IP_ANALYSIS'],
    vendor_data: session.vendorData,
    metadata,
    expected_details: session.expectedIpAddress === null ? null : { ip_address: session.expectedIpAddress },
    contact_details: null,
    callback: session.callback,
    id_verifications: null,
    nfc_verifications: null,
    liveness_checks: listOf(session.ending?.liveness),
    // The reference picture is stored under the new session, so this is always its own id and proves nothing.
    face_matches: listOf(faceMatch === null ? null : { ...faceMatch, source_image_session_id: session.id }),
    phone_verifications: null,
    email_verifications: null,
    poa_verifications: null,
    document_ai_documents: null,
    questionnaire_responses: null,
    aml_screenings: null,
    ip_analyses: listOf(atExpectedAddress(session.ending?.device, session.expectedIpAddress)),
    database_validations: null,
    reviews: [...session.reviews],
    created_at: vendorTime(session.createdAtMs),
    expires_at: vendorTime(session.expiresAtMs),
  };
}

/** The vendor writes microseconds. */
const vendorTime = (ms: number): string => new Date(ms).toISOString().replace('Z', '000Z');

export const hostedUrl = (session: Session, publicUrl: string): string =>
  `${publicUrl}${session.language === null ? '' : `/${session.language}`}/session/${session.token}`;
