import { randomFillSync } from 'node:crypto';

/** W3C Trace Context, level 1: `00-<trace id>-<span id>-<flags>`, all lower-case hex. */
export interface TraceContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly flags: string;
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const NO_TRACE = '0'.repeat(32);
const NO_SPAN = '0'.repeat(16);
/** Whoever records traces may record this one: we have not decided against it. */
const SAMPLED = '01';

/** Reads a `traceparent`, or null where it is none. Of a later version only what this one knows (W3C section 3.2.2). */
export function parseTraceparent(text: string | null | undefined): TraceContext | null {
  if (text === null || text === undefined || text.length > 256) return null;
  const match = TRACEPARENT.exec(text);
  if (match === null) return null;
  const [, version, traceId = NO_TRACE, spanId = NO_SPAN, flags = '00', more] = match;
  if (version === 'ff' || (version === '00' && more !== undefined) || traceId === NO_TRACE || spanId === NO_SPAN) return null;
  return { traceId, spanId, flags };
}

export const formatTraceparent = ({ traceId, spanId, flags }: TraceContext): string => `00-${traceId}-${spanId}-${flags}`;

/** A trace of its own. */
export const newTraceparent = (): string => formatTraceparent({ traceId: randomHex(16), spanId: randomHex(8), flags: SAMPLED });

/** The next step of a trace: the same trace id and flags, a new span id. Null, or what is no traceparent, begins a trace. */
export function childTraceparent(parent: string | null): string {
  const context = parseTraceparent(parent);
  return context === null ? newTraceparent() : formatTraceparent({ ...context, spanId: randomHex(8) });
}

const POOL_BYTES = 4_096;
const pool = Buffer.alloc(POOL_BYTES);
let used = POOL_BYTES;

/** Ids are made for every message: randomness is fetched in blocks, since each fetch costs more than the id. */
function randomHex(bytes: number): string {
  if (used + bytes > POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.toString('hex', used - bytes, used);
}
