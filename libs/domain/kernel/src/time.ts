/** Time as the wire writes it: RFC 3339, UTC, milliseconds. */
export const toRfc3339 = (ms: number): string => new Date(ms).toISOString();

/** What the outer world gives to the pure core: asked for at the edge, passed in as arguments. */
export interface Clock {
  now(): number;
}
