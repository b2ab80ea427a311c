import type { CheckStatus, VendorStatus } from './status';

/** A JSON value as the vendor echoes it. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** What kind of vendor application answered. Null: a value that nobody knows, which fits no deployment. */
export type VendorEnvironment = 'live' | 'sandbox';

/** A remark of the vendor about one check. `severity` is what the vendor did about it: nothing, review, decline. */
export interface VendorWarning {
  readonly check: 'LIVENESS' | 'FACE_MATCH' | 'DEVICE_AND_PLACE' | 'OTHER';
  /** The vendor's code, upper snake (for example `LOW_FACE_MATCH_SIMILARITY`); the list is open. */
  readonly risk: string;
  readonly severity: 'INFORMATION' | 'REVIEW' | 'DECLINE' | 'UNKNOWN';
}

/** One liveness or face-match check. Images, ages and the identities of other people are left at the vendor on purpose. */
export interface BiometricCheck {
  readonly status: CheckStatus;
  /** 0 to 100; null where the vendor did not score. */
  readonly score: number | null;
  /** Upper case (`PASSIVE`, `FLASHING`, `ACTIVE_3D`); null for face matches. */
  readonly method: string | null;
  readonly warnings: readonly VendorWarning[];
}

/** What the vendor saw of the device and the place during the check. Monitoring, never a factor: the vendor gives no "known device" verdict. */
export interface DeviceSignal {
  readonly status: CheckStatus;
  /** The vendor's device fingerprint; null where it could not make one. Compared with our own registry, never shown. */
  readonly deviceFingerprint: string | null;
  readonly platform: string | null;
  readonly operatingSystem: string | null;
  readonly browser: string | null;
  /** ISO 3166-1 alpha-2 of the network address; null while the lookup is still running. */
  readonly countryCode: string | null;
  readonly ipAddress: string | null;
  /** Null means not said; a policy treats it as true. */
  readonly isVpnOrTor: boolean | null;
  readonly isDataCentre: boolean | null;
  /** Minutes east of UTC as the device reported them; null where absent or unreadable. */
  readonly timeZoneOffsetMinutes: number | null;
  /** How many other people's sessions share this device or address. */
  readonly matchesOfOthers: number;
  readonly warnings: readonly VendorWarning[];
}

/**
 * The vendor's decision in our words, read by an allowlist from a fetched answer (contract, section 3).
 * `null` for a check means that the vendor never ran it: that is not an approval.
 */
export interface VendorDecision {
  readonly sessionId: string;
  readonly status: VendorStatus;
  readonly environment: VendorEnvironment | null;
  readonly workflowId: string | null;
  /** Who the session is about: what we sent as `vendor_data`. */
  readonly vendorData: string | null;
  /** What we sent at creation, as the vendor echoes it. Strings stay strings, numbers numbers: compare, never coerce. */
  readonly metadata: JsonValue;
  readonly liveness: readonly BiometricCheck[] | null;
  readonly faceMatches: readonly BiometricCheck[] | null;
  readonly deviceSignals: readonly DeviceSignal[] | null;
  /** Of all checks together, in the order of the answer. */
  readonly warnings: readonly VendorWarning[];
  /** RFC 3339, or null. Informational. */
  readonly createdAt: string | null;
  readonly expiresAt: string | null;
  /** SHA-256 (hex) of the answer's exact bytes: evidence of what was read without keeping it. */
  readonly answerSha256: string;
  readonly answerBytes: number;
}
