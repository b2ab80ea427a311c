import { invariant } from '@assent/kernel';
import { STYLE_SOURCE } from './style';

function originOf(url: string): string {
  const parsed = URL.parse(url);
  invariant(parsed !== null && /^https?:$/.test(parsed.protocol), 'a vendor origin is an http(s) URL');
  return parsed.origin;
}

/**
 * The headers of every page (OWASP ASVS 3.4). Nothing loads, nothing frames the page, nothing stores it, its address, which is a secret, goes to no other origin.
 * `form-action` names the vendor's origins since browsers hold a redirect that follows a form against it.
 * @param vendorOrigins origins of the hosted check, for example `https://verify.didit.me`
 * @throws where one of them is no http(s) URL: a policy with a typo in it would silently forbid the hosted check
 */
export function pageHeaders(vendorOrigins: readonly string[]): Record<string, string> {
  const formTargets = ["'self'", ...new Set(vendorOrigins.map(originOf))].join(' ');
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; style-src ${STYLE_SOURCE}; form-action ${formTargets}; base-uri 'none'; frame-ancestors 'none'`,
    'cache-control': 'no-store',
    // Not `no-referrer`: under it browsers send `Origin: null` with our own forms, which could not be told from a foreign one's.
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'x-robots-tag': 'noindex, nofollow',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=()',
    vary: 'accept-language',
  };
}
