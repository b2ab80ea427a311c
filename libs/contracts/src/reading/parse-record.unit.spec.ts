import fc from 'fast-check';
import { DEAD_LETTER_CODES } from '../envelope';
import { EVENT_TYPES } from '../events/event-types';
import { EVENTS } from '../events/registry';
import { EVENT_EXAMPLES } from '../examples/event-examples';
import { type ExampleChanges, exampleRecord } from '../examples/example-record';
import type { RawRecord } from '../record';
import { type ParseOptions, parseRecord } from './parse-record';

const OPTIONS: ParseOptions = { topology: { kafkaGateways: ['demo'] }, knowsGateway: (id) => id === 'demo' || id === 'rest-only', depth: 'full' };
const SHARED: ParseOptions = { ...OPTIONS, topology: { kafkaGateways: ['demo', 'other'] }, knowsGateway: () => true };
const REQUEST = EVENT_EXAMPLES['sca.requested.v1'];

const requested = (changes: ExampleChanges = {}): RawRecord => exampleRecord('sca.requested.v1', changes);
const refusalOf = (record: RawRecord, options = OPTIONS): { code: string; reason: string } => {
  const result = parseRecord(record, options);
  return result.ok ? { code: 'OK', reason: '' } : { code: result.error.code, reason: result.error.reason };
};
const codeOf = (record: RawRecord, options = OPTIONS): string => refusalOf(record, options).code;

describe('a record that fits the contract', () => {
  it.each(EVENT_TYPES)('is read: %s', (type) => {
    const record = exampleRecord(type);
    const result = parseRecord(record, OPTIONS);
    expect(result).toMatchObject({ ok: true, value: { type, body: EVENT_EXAMPLES[type], raw: record, brokerTimeMs: record.timestamp } });
  });

  it('gives its envelope', () => {
    const headers = {
      ce_subject: REQUEST.authenticationId,
      ce_correlationid: REQUEST.authenticationId,
      ce_causationid: 'cause-1',
      ce_traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      ce_sequence: '7',
      ce_subjectref: 'q7Jk0cPZ5gR3wYb1nM8tVA',
      'dlq-redrive': '2',
    };
    const common = { subject: REQUEST.authenticationId, correlationId: REQUEST.authenticationId, causationId: 'cause-1', traceparent: headers.ce_traceparent, redrive: 2, gatewayId: 'demo', key: `demo:${REQUEST.authenticationId}` };
    expect(parseRecord(exampleRecord('sca.verdict.v1', { headers }), OPTIONS)).toMatchObject({ ok: true, value: { ...common, sequence: 7, subjectRef: 'q7Jk0cPZ5gR3wYb1nM8tVA' } });
    // A gateway does not count for us, and does not say who a payer is to the ledger.
    expect(parseRecord(requested({ headers }), OPTIONS)).toMatchObject({ ok: true, value: { ...common, sequence: null, subjectRef: null } });
  });

  it('takes extensions without the prefix too, and the prefixed one first', () => {
    const plain = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', correlationid: 'plain-1' };
    expect(parseRecord(requested({ headers: plain }), OPTIONS)).toMatchObject({ ok: true, value: { traceparent: plain.traceparent, correlationId: 'plain-1' } });
    expect(parseRecord(requested({ headers: { ...plain, ce_correlationid: 'prefixed-1' } }), OPTIONS)).toMatchObject({ ok: true, value: { correlationId: 'prefixed-1' } });
  });

  it.each(['2026-11-24T10:00:00Z', '2026-11-24T10:00:00.123456789Z', '2026-11-24T10:00:00+00:00', '2016-12-31T23:59:60Z'])('takes the time as other libraries write it: %s', (time) => {
    expect(codeOf(requested({ headers: { ce_time: time } }))).toBe('OK');
  });

  it.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON', 'application/vnd.shop+json', null])('takes the content type %s', (type) => {
    expect(codeOf(requested({ headers: { 'content-type': type } }))).toBe('OK');
  });

  it('ignores a trace that is none', () => {
    for (const traceparent of ['x', '00-00000000000000000000000000000000-b7ad6b7169203331-01', 'ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01']) {
      expect(parseRecord(requested({ headers: { traceparent } }), OPTIONS)).toMatchObject({ ok: true, value: { traceparent: null } });
    }
  });

  it('fields that a later version of ours added are ignored', () => {
    expect(codeOf(exampleRecord('sca.verdict.v1', { value: { ...EVENT_EXAMPLES['sca.verdict.v1'], later: { deep: [1] } } }))).toBe('OK');
  });

  it('the ledger reads envelopes only, and a value that is no JSON is still something that came', () => {
    const options = { ...OPTIONS, depth: 'envelope' } as const;
    expect(parseRecord(requested({ value: Buffer.from('{') }), options)).toMatchObject({ ok: true, value: { body: null, gatewayId: 'demo' } });
    expect(codeOf(requested({ value: null }), options)).toBe('VALUE_MISSING');
    expect(codeOf(requested({ value: Buffer.alloc(64 * 1024 + 1) }), options)).toBe('VALUE_TOO_LARGE');
    expect(codeOf(requested({ headers: { ce_id: null } }), options)).toBe('ENVELOPE_INVALID');
  });
});

describe('poison', () => {
  it.each([
    ['not JSON', { value: Buffer.from('not json') }, 'VALUE_NOT_JSON', 'JSON'],
    ['wrong schema', { value: { ...REQUEST, action: 'pay' } }, 'BODY_INVALID', 'action must be one of'],
    ['an unknown field', { value: { ...REQUEST, amount: '1.00' } }, 'BODY_INVALID', 'amount is no field'],
    ['an amount as a number', { value: { ...REQUEST, payment: { ...REQUEST.payment, amount: 247.5 } } }, 'BODY_INVALID', 'payment.amount is a JSON number: send it as a decimal string'],
    ['200 KiB', { value: Buffer.from(JSON.stringify({ ...REQUEST, description: 'x'.repeat(200 * 1024) })) }, 'VALUE_TOO_LARGE', '64 KiB'],
    ['no value', { value: null }, 'VALUE_MISSING', 'send a JSON object'],
    ['an empty value', { value: Buffer.alloc(0) }, 'VALUE_NOT_JSON', 'JSON'],
    ['an unknown type', { headers: { ce_type: 'sca.requested.v9' } }, 'TYPE_UNKNOWN', 'sca.requested carries sca.requested.v1'],
    ["another topic's type", { headers: { ce_type: 'sca.verdict.v1' } }, 'TYPE_UNKNOWN', 'event of another topic'],
    ["a key of another request", { key: 'demo:auth-other' }, 'KEY_MISMATCH', 'authenticationId and the key'],
    ['a key of another gateway', { key: `rest-only:${REQUEST.authenticationId}` }, 'KEY_MISMATCH', 'gateway in ce_source'],
    ['a key without gateway', { key: REQUEST.authenticationId }, 'KEY_MISMATCH', '<gatewayId>:<authenticationId>'],
    ['no key', { key: null }, 'KEY_MISMATCH', '<gatewayId>:<authenticationId>'],
    ['a key of bytes', { key: Buffer.from([0xff, 0x3a, 0xfe]) }, 'KEY_MISMATCH', '<gatewayId>:<authenticationId>'],
    ['a subject of another request', { headers: { ce_subject: 'auth-other' } }, 'KEY_MISMATCH', 'ce_subject'],
    ['an unknown gateway', { key: `nobody:${REQUEST.authenticationId}`, headers: { ce_source: '/gateways/nobody' } }, 'GATEWAY_UNKNOWN', 'registry'],
    ['a gateway that speaks only REST', { key: `rest-only:${REQUEST.authenticationId}`, headers: { ce_source: '/gateways/rest-only' } }, 'GATEWAY_UNKNOWN', 'use REST'],
    ['a service that does not write it', { headers: { ce_source: '/services/webhook-ingest' } }, 'ENVELOPE_INVALID', 'ce_source'],
    ['a field twice', { value: Buffer.from(JSON.stringify(REQUEST).replace('{', '{"action":"login",')) }, 'BODY_INVALID', 'the field action twice'],
    ['a prototype', { value: Buffer.from(JSON.stringify(REQUEST).replace('{', '{"__proto__":{},')) }, 'BODY_INVALID', '__proto__'],
    ['deep nesting', { value: Buffer.from('{"facts":'.repeat(5000)) }, 'BODY_INVALID', 'deep'],
  ] as const)('%s', (_, changes, code, words) => {
    const refusal = refusalOf(requested(changes));
    expect(refusal.code).toBe(code);
    expect(refusal.reason).toContain(words);
  });

  it.each(['ce_specversion', 'ce_id', 'ce_source', 'ce_type', 'ce_time'])('%s missing', (name) => {
    const refusal = refusalOf(requested({ headers: { [name]: null } }));
    expect(refusal.code).toBe('ENVELOPE_INVALID');
    expect(refusal.reason).toContain(`${name} is missing: send`);
  });

  it.each([
    ['ce_specversion', '0.3'],
    ['ce_id', ''],
    ['ce_id', 'has blank'],
    ['ce_id', 'x'.repeat(129)],
    ['ce_id', Buffer.from([0x61, 0x00])],
    ['ce_id', Buffer.from([0xff])],
    ['ce_source', 'demo'],
    ['ce_source', '/gateways/'],
    ['ce_source', '/gateways/demo/'],
    ['ce_source', '/gateways/Demo'],
    ['ce_source', '/gateways/../services/auth-session'],
    ['ce_source', '//gateways/demo'],
    ['ce_type', ''],
    ['ce_time', 'now'],
    ['ce_time', '2026-11-24'],
    ['ce_time', '2026-11-24T10:00:00+02:00'],
    ['ce_time', '2026-02-30T10:00:00Z'],
    ['ce_time', '1795514400'],
    ['ce_subject', 'a b'],
    ['ce_sequence', '-1'],
    ['ce_sequence', '1e9'],
    ['content-type', 'text/plain'],
    ['content-type', 'application/avro'],
    ['dlq-redrive', '0'],
    ['dlq-redrive', '-1'],
    ['dlq-redrive', '99999'],
    ['dlq-redrive', '1.5'],
  ])('%s malformed: %j', (name, value) => {
    const refusal = refusalOf(requested({ headers: { [name]: value } }));
    expect(refusal.code).toBe('ENVELOPE_INVALID');
    expect(refusal.reason).toContain(name);
  });

  it('an attribute that stands twice means two things', () => {
    const record = { ...requested(), repeatedHeaders: [['ce_id', Buffer.from('another')]] as const };
    expect(refusalOf(record)).toEqual({ code: 'ENVELOPE_INVALID', reason: 'The header ce_… stands several times: send each attribute once.' });
    expect(codeOf({ ...requested(), repeatedHeaders: [['x-hop', Buffer.from('1')]] })).toBe('OK');
  });

  it('structured mode is refused with the cure', () => {
    const record: RawRecord = { ...requested(), headers: { 'content-type': Buffer.from('application/cloudevents+json') } };
    expect(refusalOf(record).code).toBe('ENVELOPE_INVALID');
  });

  it.each(EVENT_TYPES.filter((type) => !EVENTS[type].writers.gateways))('no gateway writes %s', (type) => {
    expect(codeOf(exampleRecord(type, { headers: { ce_source: '/gateways/demo' } }))).toBe('ENVELOPE_INVALID');
    expect(codeOf(exampleRecord(type, { headers: { ce_source: '/services/didit-sandbox' } }))).toBe('ENVELOPE_INVALID');
  });

  it.each(['didit.event.v1', 'compliance.event.v1', 'audit.entry.v1', 'payment.outcome.v1'] as const)('the key of %s names what its body names', (type) => {
    expect(codeOf(exampleRecord(type, { key: 'demo:elsewhere' }))).toBe('KEY_MISMATCH');
  });

  it('a body that names another gateway than the key is refused', () => {
    expect(codeOf(exampleRecord('sca.verdict.v1', { value: { ...EVENT_EXAMPLES['sca.verdict.v1'], gatewayId: 'rest-only' } }))).toBe('KEY_MISMATCH');
  });

  it('our own events are refused in words too', () => {
    const refusal = refusalOf(exampleRecord('sca.verdict.v1', { value: { ...EVENT_EXAMPLES['sca.verdict.v1'], mayProceed: 'yes' } }));
    expect(refusal).toEqual({ code: 'BODY_INVALID', reason: 'mayProceed must be true or false, without quotation marks.' });
  });

  it('dead letters and strange topics are not read', () => {
    expect(codeOf(requested({ topic: 'sca.requested.dlq' }))).toBe('TYPE_UNKNOWN');
    expect(codeOf(requested({ topic: 'orders' }))).toBe('TYPE_UNKNOWN');
  });

  it('of several faults the first is told and the rest counted', () => {
    expect(refusalOf(requested({ value: { ...REQUEST, action: 'pay', timeToLiveSeconds: 1 } })).reason).toMatch(/\(1 more\)$/);
  });
});

describe('several Kafka gateways', () => {
  const on = (topic: string, gateway: string): RawRecord => requested({ topic, key: `${gateway}:${REQUEST.authenticationId}`, headers: { ce_source: `/gateways/${gateway}` } });

  it('each writes on its own topic', () => {
    expect(codeOf(on('sca.requested.demo', 'demo'), SHARED)).toBe('OK');
    expect(codeOf(on('sca.requested.other', 'other'), SHARED)).toBe('OK');
  });

  it("and on no other's, nor on the plain one, whatever its key and source say", () => {
    expect(codeOf(on('sca.requested.demo', 'other'), SHARED)).toBe('KEY_MISMATCH');
    expect(codeOf(on('sca.requested', 'demo'), SHARED)).toBe('KEY_MISMATCH');
  });

  it('one that claims to be our REST way in reaches its own gateway only', () => {
    const forged = requested({ topic: 'sca.requested.demo', key: `other:${REQUEST.authenticationId}`, headers: { ce_source: '/services/auth-session' } });
    expect(codeOf(forged, SHARED)).toBe('KEY_MISMATCH');
  });

  it('REST callers of any known gateway come through auth-session', () => {
    const rest = requested({ key: `rest-only:${REQUEST.authenticationId}`, headers: { ce_source: '/services/auth-session' } });
    expect(codeOf(rest)).toBe('OK');
    expect(codeOf(requested({ key: `nobody:${REQUEST.authenticationId}`, headers: { ce_source: '/services/auth-session' } }))).toBe('GATEWAY_UNKNOWN');
  });
});

describe('the identity that a refused message claims', () => {
  const envelopeOf = (record: RawRecord): unknown => {
    const result = parseRecord(record, OPTIONS);
    return result.ok ? 'OK' : result.error.envelope;
  };

  it('is its own where its writer is sure', () => {
    expect(envelopeOf(requested({ value: Buffer.from('{') }))).toMatchObject({ id: '01937a10-2f6e-7c11-9a55-0b1c2d3e4f50', source: '/gateways/demo' });
    expect(envelopeOf(requested({ value: null }))).not.toBeNull();
  });

  it("is nobody's where somebody could spoil another gateway's ids", () => {
    expect(envelopeOf(requested({ key: `rest-only:${REQUEST.authenticationId}` }))).toBeNull();
    expect(envelopeOf(requested({ headers: { ce_source: '/gateways/nobody' } }))).toBeNull();
    expect(envelopeOf(requested({ headers: { ce_source: '/services/audit-ledger' } }))).toBeNull();
  });
});

describe('whatever comes', () => {
  const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
  const spoilt = fc.record({
    topic: fc.constantFrom('sca.requested', 'sca.verdict', 'payment.outcome', 'didit.event', 'audit.entry', 'sca.requested.demo', '', 'x'),
    key: fc.option(fc.oneof(bytes, fc.constantFrom(`demo:${REQUEST.authenticationId}`, 'demo:', ':', 'demo').map((text) => Buffer.from(text)))),
    value: fc.option(fc.oneof(bytes, fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value))), fc.constant(Buffer.from(JSON.stringify(REQUEST))))),
    headers: fc.dictionary(fc.constantFrom('ce_id', 'ce_source', 'ce_type', 'ce_time', 'ce_specversion', 'ce_subject', 'content-type', 'dlq-redrive', '__proto__', 'x'), bytes, { maxKeys: 3 }),
  });

  it('is a valid event or a refusal with a known code and one line without content: nothing is thrown', () => {
    fc.assert(
      fc.property(spoilt, fc.boolean(), (parts, whole) => {
        const base = requested();
        const record: RawRecord = { ...base, ...parts, headers: whole ? { ...base.headers, ...parts.headers } : parts.headers };
        const result = parseRecord(record, OPTIONS);
        if (result.ok) return;
        expect(DEAD_LETTER_CODES).toContain(result.error.code);
        expect(result.error.reason).toMatch(/^[\x20-\x7e…]+$/);
        expect(result.error.reason.length).toBeLessThan(400);
      }),
      { numRuns: 2000 },
    );
  });
});
