import { setTimeout as delay } from 'node:timers/promises';
import type { Attributes, Span as RecordedSpan, SpanStatusCode, Tracer } from '@opentelemetry/api';
import { type AllowedFields, filterFields } from '../logging/allowed-fields';
import { logFor } from '../logging/log';
import { recordSpansWith, type Span, type SpanKind, type SpanOptions, type SpanRecorder } from './span';
import { formatTraceparent, parseTraceparent } from './traceparent';

const FLUSH_TIMEOUT_MS = 2_000;
const log = logFor('tracing');

type OpenTelemetry = typeof import('@opentelemetry/api');

/** OpenTelemetry's own names where it has one; everything else is under `assent.`. */
const ATTRIBUTE_NAMES: Readonly<Partial<Record<keyof AllowedFields, string>>> = {
  method: 'http.request.method',
  route: 'http.route',
  statusCode: 'http.response.status_code',
  topic: 'messaging.destination.name',
  partition: 'messaging.destination.partition.id',
  offset: 'messaging.kafka.offset',
  groupId: 'messaging.consumer.group.name',
  count: 'messaging.batch.message_count',
  code: 'error.type',
};

/**
 * Starts the export of traces, or does nothing where no endpoint is configured. The SDK is loaded only then: it costs a second of start-up.
 * Nothing is instrumented by itself, since automatic instrumentation records URLs, statements and bodies; spans are ours, with allowlisted attributes.
 * @returns sends what is left and stops
 */
export async function startTracing(service: string, endpoint: string | null): Promise<() => Promise<void>> {
  if (endpoint === null) return () => Promise.resolve();
  // The exporter reads its address from the environment; what we checked is what it gets.
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = endpoint;
  const { NodeSDK, api } = await import('@opentelemetry/sdk-node');
  // No detectors: they add host names, command lines and users. No metrics and no logs: those have their own ways out.
  const sdk = new NodeSDK({ serviceName: service, autoDetectResources: false, instrumentations: [], metricReaders: [], logRecordProcessors: [], textMapPropagator: null });
  sdk.start();
  recordSpansWith(new OpenTelemetryRecorder(api.trace.getTracer('assent'), api));
  return async () => {
    recordSpansWith(null);
    await withinTime(sdk.shutdown());
    api.trace.disable();
  };
}

/** Traces are worth a moment at the end, not more: a collector that is away must not hold up a stop or spoil it. */
async function withinTime(shutdown: Promise<void>): Promise<void> {
  const timeUp = delay(FLUSH_TIMEOUT_MS, undefined, { ref: false }).then(() => {
    throw new DOMException('collector does not answer', 'TimeoutError');
  });
  try {
    await Promise.race([shutdown, timeUp]);
  } catch (error) {
    log.warn('the last traces were not taken', { error });
  }
}

class OpenTelemetryRecorder implements SpanRecorder {
  constructor(
    private readonly tracer: Tracer,
    private readonly api: OpenTelemetry,
  ) {}

  start(name: string, parent: string | null, options: SpanOptions): Span {
    const span = this.tracer.startSpan(
      name,
      {
        kind: this.#kindOf(options.kind ?? 'internal'),
        attributes: attributesOf(options.attributes ?? {}),
        links: (options.links ?? []).flatMap((link) => this.#spanContext(link)).map((context) => ({ context })),
      },
      this.#parentContext(parent),
    );
    return new OpenTelemetrySpan(span, this.api.SpanStatusCode.ERROR);
  }

  #parentContext(parent: string | null) {
    const [context] = this.#spanContext(parent);
    return context === undefined ? this.api.ROOT_CONTEXT : this.api.trace.setSpanContext(this.api.ROOT_CONTEXT, context);
  }

  #spanContext(traceparent: string | null) {
    const parsed = parseTraceparent(traceparent);
    return parsed === null ? [] : [{ traceId: parsed.traceId, spanId: parsed.spanId, traceFlags: Number.parseInt(parsed.flags, 16), isRemote: true }];
  }

  #kindOf(kind: SpanKind) {
    const { INTERNAL, SERVER, CLIENT, PRODUCER, CONSUMER } = this.api.SpanKind;
    return { internal: INTERNAL, server: SERVER, client: CLIENT, producer: PRODUCER, consumer: CONSUMER }[kind];
  }
}

class OpenTelemetrySpan implements Span {
  readonly traceparent: string;

  constructor(
    private readonly span: RecordedSpan,
    private readonly errorStatus: SpanStatusCode,
  ) {
    const { traceId, spanId, traceFlags } = span.spanContext();
    this.traceparent = formatTraceparent({ traceId, spanId, flags: traceFlags.toString(16).padStart(2, '0') });
  }

  set(attributes: AllowedFields): void {
    this.span.setAttributes(attributesOf(attributes));
  }

  fail(code: string): void {
    this.set({ code });
    this.span.setStatus({ code: this.errorStatus });
  }

  end(): void {
    this.span.end();
  }
}

function attributesOf(given: AllowedFields): Attributes {
  const attributes: Attributes = {};
  for (const [name, value] of Object.entries(filterFields(given).fields)) {
    if (value !== null) attributes[ATTRIBUTE_NAMES[name as keyof AllowedFields] ?? `assent.${snakeCase(name)}`] = value;
  }
  return attributes;
}

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
