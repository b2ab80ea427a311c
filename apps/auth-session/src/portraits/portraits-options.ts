import type { Secret } from '@assent/platform';

/** What portraits read from the service's configuration. */
export interface PortraitsOptions {
  /** Seals the images (PORTRAIT_ENCRYPTION_KEY), and nothing else. */
  readonly encryptionKey: Secret<Buffer>;
  /** How long an image is kept (PORTRAIT_TTL_DAYS). */
  readonly ttlDays: number;
  /** Between the approval of a new portrait, or the deletion of the old one, and the first use of the new one. Default 24 hours. */
  readonly coolingOffHours?: number;
}

export const PORTRAITS_OPTIONS = Symbol('PortraitsOptions');
export const COOLING_OFF_HOURS = 24;
