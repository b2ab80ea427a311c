import { hash } from 'node:crypto';
import { isUtf8 } from 'node:buffer';
import type { BiometricCheck, DeviceSignal, JsonValue, VendorDecision, VendorEnvironment, VendorWarning } from './decision';
import { toCheckStatus, toVendorStatus, type CheckStatus } from './status';
import { booleanOf, numberOf, objectsOf, parseObject, textOf, uuidOf, valueOf, type WireObject } from './wire';

/**
 * Reads a fetched decision (Didit contract, section 3) into our words. An allowlist: images, names, documents and other people's data are not read at all.
 * Null where the answer is not a decision; everything in it that is missing or of an unexpected kind reads as absent or unknown, which never approves.
 */
export function toDecision(answer: Buffer): VendorDecision | null {
  if (!isUtf8(answer)) return null;
  const wire = parseObject(answer.toString('utf8'));
  if (wire === null) return null;
  const sessionId = uuidOf(wire, 'session_id');
  const status = textOf(wire, 'status', 64);
  if (sessionId === null || status === null) return null;
  const liveness = checksOf(wire, 'liveness_checks');
  const faceMatches = checksOf(wire, 'face_matches');
  const deviceSignals = objectsOf(wire, 'ip_analyses')?.map(toDeviceSignal) ?? null;
  return {
    sessionId,
    status: toVendorStatus(status),
    environment: toEnvironment(textOf(wire, 'environment', 16)),
    workflowId: textOf(wire, 'workflow_id', 128),
    vendorData: textOf(wire, 'vendor_data', 1024),
    metadata: metadataOf(wire),
    liveness,
    faceMatches,
    deviceSignals,
    warnings: [...(liveness ?? []), ...(faceMatches ?? []), ...(deviceSignals ?? [])].flatMap((check) => check.warnings),
    createdAt: textOf(wire, 'created_at', 40),
    expiresAt: textOf(wire, 'expires_at', 40),
    answerSha256: hash('sha256', answer, 'hex'),
    answerBytes: answer.length,
  };
}

/** `metadata` is the documented name. The vendor's product page calls it `metadata_echo`: read only where the real one is absent. */
export function metadataOf(wire: WireObject): JsonValue {
  const value = valueOf(wire, 'metadata');
  // Both came out of JSON.parse, so they are JSON values.
  return (value === undefined ? (valueOf(wire, 'metadata_echo') ?? null) : value) as JsonValue;
}

export const toEnvironment = (text: string | null): VendorEnvironment | null => (text === 'live' || text === 'sandbox' ? text : null);

const checksOf = (wire: WireObject, key: string): readonly BiometricCheck[] | null => objectsOf(wire, key)?.map(toCheck) ?? null;

function toCheck(wire: WireObject): BiometricCheck {
  return {
    status: checkStatusOf(wire),
    score: scoreOf(wire),
    // The vendor's own documents disagree about the case.
    method: textOf(wire, 'method', 32)?.toUpperCase() ?? null,
    warnings: warningsOf(wire),
  };
}

/** A check without a readable status is not approved: it becomes an unknown one. */
const checkStatusOf = (wire: WireObject): CheckStatus => toCheckStatus(textOf(wire, 'status', 64) ?? '');

function scoreOf(wire: WireObject): number | null {
  const score = numberOf(wire, 'score');
  return score !== null && score >= 0 && score <= 100 ? score : null;
}

function toDeviceSignal(wire: WireObject): DeviceSignal {
  return {
    status: checkStatusOf(wire),
    deviceFingerprint: textOf(wire, 'device_fingerprint'),
    platform: textOf(wire, 'platform', 64),
    operatingSystem: textOf(wire, 'os_family', 64),
    browser: textOf(wire, 'browser_family', 64),
    countryCode: countryOf(wire),
    ipAddress: textOf(wire, 'ip_address', 64),
    isVpnOrTor: booleanOf(wire, 'is_vpn_or_tor'),
    isDataCentre: booleanOf(wire, 'is_data_center'),
    timeZoneOffsetMinutes: offsetOf(textOf(wire, 'time_zone_offset', 8)),
    matchesOfOthers: objectsOf(wire, 'matches')?.length ?? 0,
    warnings: warningsOf(wire),
  };
}

/** While the vendor still looks the address up, its fields are empty texts. */
function countryOf(wire: WireObject): string | null {
  const code = textOf(wire, 'ip_country_code', 2);
  return code !== null && /^[A-Z]{2}$/.test(code) ? code : null;
}

/** `+0100` → 60. */
function offsetOf(text: string | null): number | null {
  const parts = /^([+-])(\d{2}):?(\d{2})$/.exec(text ?? '');
  if (parts === null) return null;
  const minutes = Number(parts[2]) * 60 + Number(parts[3]);
  return parts[1] === '-' ? -minutes : minutes;
}

/** The vendor's names of the checks in warnings differ from those of the blocks (`FACEMATCH`, `LOCATION`). */
const CHECK_NAMES: ReadonlyMap<string | null, VendorWarning['check']> = new Map([
  ['LIVENESS', 'LIVENESS'],
  ['FACEMATCH', 'FACE_MATCH'],
  ['FACE_MATCH', 'FACE_MATCH'],
  ['LOCATION', 'DEVICE_AND_PLACE'],
  ['IP_ANALYSIS', 'DEVICE_AND_PLACE'],
]);
const SEVERITIES: ReadonlyMap<string | null, VendorWarning['severity']> = new Map([
  ['information', 'INFORMATION'],
  ['warning', 'REVIEW'],
  ['error', 'DECLINE'],
]);
const WARNINGS_MAX = 64;

function warningsOf(wire: WireObject): readonly VendorWarning[] {
  return (objectsOf(wire, 'warnings') ?? []).slice(0, WARNINGS_MAX).map((warning) => ({
    check: CHECK_NAMES.get(textOf(warning, 'feature', 64)) ?? 'OTHER',
    risk: textOf(warning, 'risk', 128) ?? 'UNREADABLE',
    severity: SEVERITIES.get(textOf(warning, 'log_type', 32)) ?? 'UNKNOWN',
  }));
}
