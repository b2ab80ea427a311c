/** What a browser says of where a form came from. */
export interface BrowserHeaders {
  readonly origin?: string | undefined;
  readonly 'sec-fetch-site'?: string | string[] | undefined;
}

/**
 * Whether a form was posted by our own page. A browser always names the origin of a POST; programs that are no browsers name none, and
 * hold the token all the same. `null` is what hides its origin: a sandboxed frame of anybody's page, so it counts only where the browser
 * itself says that the request is same-origin.
 */
export function isOurOwnForm({ origin, 'sec-fetch-site': site }: BrowserHeaders, publicBaseUrl: string): boolean {
  if (site === 'cross-site' || site === 'same-site') return false;
  if (origin === undefined) return true;
  if (origin === 'null') return site === 'same-origin';
  return origin === new URL(publicBaseUrl).origin;
}
