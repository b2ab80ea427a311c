/**
 * At its expiry a request is over: nothing that comes at that moment or later can answer it otherwise than EXPIRED. `nowMs` is the
 * database's clock; the statement that writes an answer tests the same again.
 */
export const isOver = (expiresAtMs: number, nowMs: number): boolean => nowMs >= expiresAtMs;
