import type { JsonObject } from './json';

/** How a session ends: its status and what the checks found. A block that is null was never run. */
export interface Ending {
  readonly status: string;
  readonly liveness: JsonObject | null;
  readonly faceMatch: JsonObject | null;
  readonly device: JsonObject | null;
}

const warning = (feature: string, risk: string, logType: 'information' | 'warning' | 'error', nodeId: string): JsonObject => ({
  additional_data: null,
  feature,
  log_type: logType,
  long_description: `Simulated: ${risk}`,
  node_id: nodeId,
  risk,
  short_description: `Simulated: ${risk}`,
});

const LIVENESS_NODE = 'feature_liveness_1';
const FACE_NODE = 'feature_face_match_1';
const DEVICE_NODE = 'feature_ip_1';

const liveness = (status = 'Approved', score = 96.2, warnings: readonly JsonObject[] = []): JsonObject => ({
  age_estimation: 34.1,
  face_luminance: 51.7,
  face_quality: 88.4,
  matches: [],
  method: 'PASSIVE',
  node_id: LIVENESS_NODE,
  reference_image: 'https://media.sandbox.invalid/reference.jpg',
  score,
  status,
  video_url: null,
  warnings,
});

const faceMatch = (status = 'Approved', score = 94.53, warnings: readonly JsonObject[] = []): JsonObject => ({
  node_id: FACE_NODE,
  score,
  source_image: 'https://media.sandbox.invalid/source.jpg',
  status,
  target_image: 'https://media.sandbox.invalid/target.jpg',
  warnings,
});

const device = (status = 'Approved', flags: JsonObject = {}, warnings: readonly JsonObject[] = []): JsonObject => ({
  browser_family: 'Mobile Safari',
  device_brand: 'Apple',
  device_fingerprint: 'didit-fp-0011223344556677',
  device_model: 'iPhone',
  id_document: { distance_from_ip: null, distance_from_poa_document: null, location: null },
  ip: { distance_from_id_document: null, distance_from_poa_document: null, location: { latitude: 40.4168, longitude: -3.7038 } },
  ip_address: '203.0.113.9',
  ip_city: 'Madrid',
  ip_country: 'Spain',
  ip_country_code: 'ES',
  ip_state: 'Madrid',
  is_data_center: false,
  is_vpn_or_tor: false,
  isp: null,
  latitude: 40.4168,
  longitude: -3.7038,
  matches: [],
  node_id: DEVICE_NODE,
  organization: null,
  os_family: 'iOS',
  platform: 'mobile',
  poa_document: { distance_from_id_document: null, distance_from_ip: null, location: null },
  status,
  time_zone: 'Europe/Madrid',
  time_zone_offset: '+0100',
  warnings,
  ...flags,
});

const ending = (status: string, over: Partial<Ending> = {}): Ending => ({ status, liveness: liveness(), faceMatch: faceMatch(), device: device(), ...over });
const unrun = (status: string): Ending => ({ status, liveness: null, faceMatch: null, device: null });

/**
 * The vendor's own catalogue of sandbox scenarios (Didit contract, section 1). Those about documents end as their names say, with the biometric checks passed:
 * what they mean for a biometric workflow is not documented.
 */
const VENDOR_SCENARIOS: Readonly<Record<string, Ending>> = {
  approve: ending('Approved'),
  decline_face_match_low_similarity: ending('Declined', { faceMatch: faceMatch('Declined', 31.4, [warning('FACEMATCH', 'LOW_FACE_MATCH_SIMILARITY', 'error', FACE_NODE)]) }),
  decline_liveness_attack: ending('Declined', { liveness: liveness('Declined', 4.1, [warning('LIVENESS', 'LIVENESS_FACE_ATTACK', 'error', LIVENESS_NODE)]), faceMatch: null }),
  decline_ip_blocklist: ending('Declined', { device: device('Declined', {}, [warning('LOCATION', 'IP_ADDRESS_IN_BLOCKLIST', 'error', DEVICE_NODE)]) }),
  review_face_match_borderline: ending('In Review', { faceMatch: faceMatch('In Review', 62, [warning('FACEMATCH', 'LOW_FACE_MATCH_SIMILARITY', 'warning', FACE_NODE)]) }),
  decline_document_expired: ending('Declined'),
  decline_could_not_recognize_document: ending('Declined'),
  decline_mrz_validation: ending('Declined'),
  decline_minimum_age: ending('Declined'),
  decline_aml_hit: ending('Declined'),
  decline_poa_address_mismatch: ending('Declined'),
  decline_nfc_chip_not_verified: ending('Declined'),
  decline_database_no_match: ending('Declined'),
  decline_kyb_registry_mismatch: ending('Declined'),
  review_aml_possible_match: ending('In Review'),
  review_poa_partial_match: ending('In Review'),
};

/** Ours beside them, for what a client must not fall for: a session can be Approved while a check was not run or is not approved. */
const TRAP_SCENARIOS: Readonly<Record<string, Ending>> = {
  approve_without_face_match: ending('Approved', { faceMatch: null }),
  approve_without_liveness: ending('Approved', { liveness: null }),
  approve_without_device: ending('Approved', { device: null }),
  approve_with_face_in_review: ending('Approved', { faceMatch: faceMatch('In Review', 62) }),
  approve_with_vpn: ending('Approved', { device: device('Approved', { is_vpn_or_tor: true }, [warning('LOCATION', 'PRIVATE_NETWORK_DETECTED', 'information', DEVICE_NODE)]) }),
  abandon: unrun('Abandoned'),
  expire: unrun('Expired'),
  kyc_expire: ending('Kyc Expired'),
  resubmit: unrun('Resubmitted'),
  unknown_status: ending('Paused By Provider'),
};

const SCENARIOS: ReadonlyMap<string, Ending> = new Map([...Object.entries(VENDOR_SCENARIOS), ...Object.entries(TRAP_SCENARIOS)]);

export const scenarioNames = (): string[] => [...SCENARIOS.keys()];
export const vendorScenarioNames = (): string[] => Object.keys(VENDOR_SCENARIOS);

/** How a session of this scenario ends; undefined for a name that nobody knows. */
export const endingOf = (scenario: string): Ending | undefined => SCENARIOS.get(scenario);
