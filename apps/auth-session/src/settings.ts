import type { AuthSessionConfig } from '@assent/platform';

/** The service's configuration under a token, so that providers can ask for it. */
export const SETTINGS = Symbol('auth-session settings');
export type Settings = AuthSessionConfig;

/**
 * After so long a session that is being opened is given up: the process that was opening it has ended, or its call has. The call itself is
 * bounded by DIDIT_TIMEOUT_MS, once more where the vendor gave back a session that was not new.
 */
export const openingMaxMs = (vendorTimeoutMs: number): number => 3 * vendorTimeoutMs + 5000;
