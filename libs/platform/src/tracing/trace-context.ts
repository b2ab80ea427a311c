import { AsyncLocalStorage } from 'node:async_hooks';
import { newTraceparent, parseTraceparent } from './traceparent';

/** What a piece of work belongs to. Goes wherever its promises and callbacks go; every log line carries it. */
export interface WorkContext {
  readonly traceparent: string;
  authenticationId: string | null;
}

const storage = new AsyncLocalStorage<WorkContext>();

/** Runs within a trace: the given one, or a new one where there is none or it is no traceparent. */
export function runWithTrace<T>(traceparent: string | null, run: () => T): T {
  return storage.run({ traceparent: parseTraceparent(traceparent) === null ? newTraceparent() : (traceparent ?? newTraceparent()), authenticationId: null }, run);
}

/** Goes back into a context that was kept: callbacks of sockets and streams come without the one that registered them. */
export const runInContext = <T>(context: WorkContext, run: () => T): T => storage.run(context, run);

export const currentContext = (): WorkContext | null => storage.getStore() ?? null;

/** The traceparent of the work under way; outside of any, a new trace. */
export const currentTraceparent = (): string => storage.getStore()?.traceparent ?? newTraceparent();

/** The trace id of the work under way, as `x-trace-id` and the logs show it; null outside of any. */
export const currentTraceId = (): string | null => parseTraceparent(storage.getStore()?.traceparent)?.traceId ?? null;

/** Says which authentication the work under way is about; its log lines carry the id from here on. */
export function noteAuthentication(authenticationId: string): void {
  const context = storage.getStore();
  if (context !== undefined) context.authenticationId = authenticationId;
}

/** Runs a part of the work that is about one authentication (one message of a batch, say), in its own trace where it has one. */
export function runForAuthentication<T>(authenticationId: string, traceparent: string | null, run: () => T): T {
  const own = parseTraceparent(traceparent) === null ? null : traceparent;
  return storage.run({ traceparent: own ?? currentTraceparent(), authenticationId }, run);
}
