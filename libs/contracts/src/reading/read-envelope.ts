import { GATEWAY_ID_PATTERN, type Result, ok, refuse } from '@assent/kernel';
import type { Envelope } from '../envelope';
import { isRealDate } from '../fields';
import type { RawRecord } from '../record';

/** Who wrote a message, as `ce_source` says it. */
export interface Writer {
  readonly kind: 'gateway' | 'service';
  readonly name: string;
}

export interface ReadEnvelope {
  readonly envelope: Envelope;
  readonly writer: Writer;
}

const ID = /^[A-Za-z0-9._:-]{1,128}$/;
const SERVICE = /^[a-z][a-z0-9-]{0,62}$/;
const TYPE = /^[\x21-\x7e]{1,128}$/;
const SUBJECT = /^[\x21-\x7e]{1,256}$/;
const EXTENSION = /^[\x21-\x7e]{1,256}$/;
const TIME = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d{1,9})?([Zz]|[+-]00:00)$/;
/** W3C Trace Context, version 00 and later ones read as 00; all-zero ids are invalid. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?$/;
const WHOLE = /^(0|[1-9]\d{0,15})$/;
const JSON_TYPE = /^application\/(json|[a-z0-9!#$&^_.+-]+\+json)\s*(;.*)?$/i;
/** Fits the inbox's smallint. */
const REDRIVE_MAX = 32_767;

class Headers {
  constructor(private readonly record: RawRecord) {}

  text(name: string): string | null {
    return Object.hasOwn(this.record.headers, name) ? (this.record.headers[name]?.toString('utf8') ?? null) : null;
  }

  /** An extension under the binding's prefix, else under its plain name, as some tools write it. */
  extension(name: string): string | null {
    return this.text(`ce_${name}`) ?? this.text(name);
  }

  firstRepeated(): string | null {
    const repeated = this.record.repeatedHeaders?.find(([name]) => name.startsWith('ce_') || name === 'dlq-redrive' || name === 'content-type');
    return repeated?.[0] ?? null;
  }
}

const required = (name: string, value: string | null, pattern: RegExp, form: string): string | null => {
  if (value === null) return `The header ${name} is missing: send ${form}.`;
  return pattern.test(value) ? null : `The header ${name} must be ${form}.`;
};

const optional = (name: string, value: string | null, pattern: RegExp, form: string): string | null =>
  value === null || pattern.test(value) ? null : `The header ${name} must be ${form}, or be left out.`;

/**
 * Reads the CloudEvents attributes of a record (Kafka binding, binary mode). The refusal is a sentence naming the header and the cure.
 * What only our services may claim (sequence, subject reference) is not taken from anybody else.
 */
export function readEnvelope(record: RawRecord): Result<ReadEnvelope, string> {
  const headers = new Headers(record);
  const fault = faultOf(headers);
  if (fault !== null) return refuse(fault);
  const writer = readWriter(headers.text('ce_source') ?? '');
  if (writer === null) return refuse('The header ce_source must be /gateways/<gatewayId>, or /services/<name> from a service.');
  const time = headers.text('ce_time') ?? '';
  if (!isRealDate(time)) return refuse('The header ce_time must be a day that exists.');
  const trusted = writer.kind === 'service';
  const sequence = trusted ? headers.extension('sequence') : null;
  const traceparent = headers.extension('traceparent');
  return ok({
    writer,
    envelope: {
      id: headers.text('ce_id') ?? '',
      source: headers.text('ce_source') ?? '',
      type: headers.text('ce_type') ?? '',
      subject: headers.text('ce_subject'),
      time,
      correlationId: headers.extension('correlationid'),
      causationId: headers.extension('causationid'),
      // W3C Trace Context: an invalid one is ignored and a new trace begins.
      traceparent: traceparent !== null && TRACEPARENT.test(traceparent) ? traceparent : null,
      sequence: sequence === null ? null : Number(sequence),
      subjectRef: trusted ? headers.extension('subjectref') : null,
      redrive: Number(headers.text('dlq-redrive') ?? 0),
    },
  });
}

function faultOf(headers: Headers): string | null {
  const repeated = headers.firstRepeated();
  if (repeated !== null) return `The header ${repeated.startsWith('ce_') ? 'ce_…' : repeated} stands several times: send each attribute once.`;
  return (
    required('ce_specversion', headers.text('ce_specversion'), /^1\.0$/, '1.0') ??
    required('ce_id', headers.text('ce_id'), ID, '1 to 128 letters, digits, points, underscores, colons or hyphens, a new id for each message') ??
    required('ce_source', headers.text('ce_source'), /^\//, '/gateways/<gatewayId>') ??
    required('ce_type', headers.text('ce_type'), TYPE, 'the event type, for example sca.requested.v1') ??
    required('ce_time', headers.text('ce_time'), TIME, 'a time in UTC as in 2026-11-24T10:00:00.000Z (RFC 3339)') ??
    optional('ce_subject', headers.text('ce_subject'), SUBJECT, 'the authentication id') ??
    optional('ce_correlationid', headers.extension('correlationid'), EXTENSION, 'printable ASCII') ??
    optional('ce_causationid', headers.extension('causationid'), EXTENSION, 'printable ASCII') ??
    optional('ce_sequence', headers.extension('sequence'), WHOLE, 'a whole number') ??
    optional('ce_subjectref', headers.extension('subjectref'), EXTENSION, 'printable ASCII') ??
    optional('content-type', headers.text('content-type'), JSON_TYPE, 'application/json') ??
    redriveFault(headers.text('dlq-redrive'))
  );
}

function redriveFault(text: string | null): string | null {
  if (text === null || (/^[1-9]\d{0,4}$/.test(text) && Number(text) <= REDRIVE_MAX)) return null;
  return 'The header dlq-redrive must be 1, 2, …, or be left out.';
}

function readWriter(source: string): Writer | null {
  const [empty, kind, name, ...rest] = source.split('/');
  if (empty !== '' || name === undefined || rest.length > 0) return null;
  if (kind === 'gateways' && GATEWAY_ID_PATTERN.test(name)) return { kind: 'gateway', name };
  return kind === 'services' && SERVICE.test(name) ? { kind: 'service', name } : null;
}
