import type { ScaRequestedV1 } from '../events/wire';
import { type FieldError, fieldError } from './field-error';

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

function parse(url: string): URL | null {
  return URL.canParse(url) ? new URL(url) : null;
}

/** The payer's browser is sent there: https, or http on this machine for whoever is trying things out; nothing that hides the host. */
export function returnUrlIsSafe({ returnUrl }: ScaRequestedV1): FieldError[] {
  if (returnUrl === undefined) return [];
  const url = parse(returnUrl);
  if (url === null) return [fieldError('returnUrl', 'must be an absolute https URL')];
  if (url.username !== '' || url.password !== '') return [fieldError('returnUrl', 'must not carry a user name or password')];
  if (url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname))) return [];
  return [fieldError('returnUrl', 'must be an https URL; http is for loopback hosts only')];
}

/**
 * Whether a URL (of a request that passed `validateRequest`) is on one of a gateway's allowed origins (`https://shop.example`).
 * Compared as origins: scheme, host and port, whole.
 */
export function returnUrlAllowed(returnUrl: string, allowedOrigins: readonly string[]): boolean {
  const url = parse(returnUrl);
  return url !== null && url.origin !== 'null' && allowedOrigins.some((allowed) => parse(allowed)?.origin === url.origin);
}
