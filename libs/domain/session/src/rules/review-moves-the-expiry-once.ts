/**
 * Entering review gives the reviewer `reviewSeconds`: the expiry moves, never to an earlier moment, and only the first time, so that no
 * change of status to and fro keeps a request open for ever.
 */
export function expiryInReview(facts: { readonly expiresAtMs: number; readonly reviewSeconds: number; readonly reviewUsed: boolean }, nowMs: number): number {
  return facts.reviewUsed ? facts.expiresAtMs : Math.max(facts.expiresAtMs, nowMs + facts.reviewSeconds * 1000);
}
