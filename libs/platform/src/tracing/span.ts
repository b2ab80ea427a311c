import type { AllowedFields } from '../logging/allowed-fields';
import { currentContext, runWithTrace } from './trace-context';
import { newTraceparent, parseTraceparent } from './traceparent';

export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

export interface SpanOptions {
  /** The traceparent that it continues. Undefined: the work under way. */
  readonly parent?: string | null;
  /** True: without a parent it begins a trace, whatever work is under way. */
  readonly root?: boolean;
  readonly kind?: SpanKind;
  /** The same allowlist as the logs': never payer data. */
  readonly attributes?: AllowedFields;
  /** Other traces that it works for: the messages of a batch. */
  readonly links?: readonly string[];
  /** True: not recorded, whatever the exporter. */
  readonly quiet?: boolean;
}

/** One step of a trace. */
export interface Span {
  /** What goes into the headers of whatever this step sends. */
  readonly traceparent: string;
  set(attributes: AllowedFields): void;
  /** Marks the step as failed. A closed code, no text. */
  fail(code: string): void;
  end(): void;
}

/** What records spans; none unless an exporter is configured. */
export interface SpanRecorder {
  start(name: string, parent: string | null, options: SpanOptions): Span;
}

let recorder: SpanRecorder | null = null;

export function recordSpansWith(next: SpanRecorder | null): void {
  recorder = next;
}

export const spansAreRecorded = (): boolean => recorder !== null;

/**
 * Begins a step. Without an exporter nothing is recorded and the parent's traceparent is passed on as it came, which is what
 * W3C Trace Context asks of those who take no part; that costs next to nothing.
 */
export function startSpan(name: string, options: SpanOptions = {}): Span {
  const given = options.parent ?? (options.root === true ? null : (currentContext()?.traceparent ?? null));
  const parent = parseTraceparent(given) === null ? null : given;
  if (recorder === null || options.quiet === true) return new UnrecordedSpan(parent ?? newTraceparent());
  return recorder.start(name, parent, options);
}

/** Does a step: inside, logs and messages belong to it. A throw marks it as failed and goes on. */
export async function withSpan<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T> {
  const span = startSpan(name, options);
  try {
    return await runWithTrace(span.traceparent, () => work(span));
  } catch (error) {
    span.fail(error instanceof Error ? error.name : 'Error');
    throw error;
  } finally {
    span.end();
  }
}

class UnrecordedSpan implements Span {
  constructor(readonly traceparent: string) {}

  set(): void {
    // Nothing is recorded.
  }

  fail(): void {
    // Nothing is recorded.
  }

  end(): void {
    // Nothing is recorded.
  }
}
