import { CloudEvent, Kafka } from 'cloudevents';
import type { OutboundEvent } from '../envelope';
import { EVENT_TYPES, type EventType } from '../events/event-types';
import { EVENTS } from '../events/registry';
import { EVENT_EXAMPLES, EXAMPLE_KEYS } from '../examples/event-examples';
import { parseRecord } from '../reading/parse-record';
import type { OutboundRecord, RawRecord } from '../record';
import { encodeEvent, type Stamp } from './encode-event';

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const SUBJECT = EVENT_EXAMPLES['sca.verdict.v1'].authenticationId;
const OPTIONS = { topology: { kafkaGateways: ['demo'] }, knowsGateway: (id: string) => id === 'demo', depth: 'full' } as const;

const stamp = (type: EventType, rest: Partial<Stamp> = {}): Stamp => ({
  source: `/services/${EVENTS[type].writers.services[0] ?? ''}`,
  id: '01937a10-2f6e-7c11-9a55-0b1c2d3e4f50',
  time: '2026-11-24T10:01:02.000Z',
  traceparent: TRACEPARENT,
  topology: OPTIONS.topology,
  ...rest,
});
const outbound = (type: EventType, rest: Partial<OutboundEvent> = {}): OutboundEvent => ({ type, key: EXAMPLE_KEYS[type], gatewayId: 'demo', subject: null, body: EVENT_EXAMPLES[type], causationId: null, ...rest });

const delivered = ({ topic, key, value, headers }: OutboundRecord): RawRecord => ({
  topic,
  partition: 0,
  offset: '0',
  timestamp: 1,
  key: key === null ? null : Buffer.from(key),
  value,
  headers: Object.fromEntries(Object.entries(headers).map(([name, content]) => [name, Buffer.from(content)])),
});

const OURS = EVENT_TYPES.filter((type) => EVENTS[type].writers.services.length > 0);

describe('an event of ours', () => {
  it.each(OURS)('is read as what it was: %s', (type) => {
    const event = outbound(type, { causationId: 'cause-1', sequence: 3, subjectRef: 'ref-1' });
    expect(parseRecord(delivered(encodeEvent(event, stamp(type))), OPTIONS)).toMatchObject({
      ok: true,
      value: { type, body: event.body, key: event.key, causationId: 'cause-1', sequence: 3, subjectRef: 'ref-1', traceparent: TRACEPARENT, time: '2026-11-24T10:01:02.000Z' },
    });
  });

  it('has the headers of the binding, and the trace where OpenTelemetry looks for it', () => {
    expect(encodeEvent(outbound('sca.verdict.v1', { subject: SUBJECT, causationId: 'cause-1', sequence: 3, subjectRef: 'ref-1' }), stamp('sca.verdict.v1'))).toMatchObject({
      topic: 'sca.verdict',
      key: `demo:${SUBJECT}`,
      headers: {
        ce_specversion: '1.0',
        ce_id: '01937a10-2f6e-7c11-9a55-0b1c2d3e4f50',
        ce_source: '/services/auth-session',
        ce_type: 'sca.verdict.v1',
        ce_subject: SUBJECT,
        ce_time: '2026-11-24T10:01:02.000Z',
        ce_correlationid: SUBJECT,
        ce_causationid: 'cause-1',
        ce_sequence: '3',
        ce_subjectref: 'ref-1',
        ce_traceparent: TRACEPARENT,
        traceparent: TRACEPARENT,
        'content-type': 'application/json',
      },
    });
  });

  it('leaves out what there is not', () => {
    const { headers } = encodeEvent(outbound('didit.event.v1', { gatewayId: null, sequence: null }), stamp('didit.event.v1', { traceparent: null }));
    expect(Object.keys(headers).sort()).toEqual(['ce_id', 'ce_source', 'ce_specversion', 'ce_time', 'ce_type', 'content-type']);
  });

  it("goes to its gateway's topic where gateways have their own, and stays where they do not", () => {
    const topology = { kafkaGateways: ['demo', 'other'] };
    expect(encodeEvent(outbound('sca.verdict.v1'), stamp('sca.verdict.v1', { topology })).topic).toBe('sca.verdict.demo');
    expect(encodeEvent(outbound('sca.verdict.v1', { gatewayId: 'rest-only' }), stamp('sca.verdict.v1', { topology })).topic).toBe('sca.verdict');
    expect(encodeEvent(outbound('sca.decided.v1'), stamp('sca.decided.v1', { topology })).topic).toBe('sca.decided');
  });

  it('that does not fit its own contract is a bug, told without content', () => {
    const body = { ...EVENT_EXAMPLES['sca.verdict.v1'], outcome: 'ES9121000418450200051332' };
    const encode = (event: OutboundEvent) => () => encodeEvent(event, stamp(event.type));
    expect(encode(outbound('sca.verdict.v1', { body }))).toThrow(/^sca\.verdict\.v1 does not fit its contract: outcome must be one of/);
    expect(encode(outbound('sca.verdict.v1', { body }))).not.toThrow(/2100/);
    expect(encode(outbound('sca.verdict.v1', { body: {} }))).toThrow('authenticationId is missing');
    expect(encode(outbound('sca.verdict.v1', { body: undefined }))).toThrow('does not fit');
  });

  it('a field of undefined is a field that is not there', () => {
    const body = { ...EVENT_EXAMPLES['sca.decided.v1'], liability: undefined };
    expect(encodeEvent(outbound('sca.decided.v1', { body }), stamp('sca.decided.v1')).value?.toString()).not.toContain('liability');
    const incomplete = { ...EVENT_EXAMPLES['sca.decided.v1'], stepUp: undefined };
    expect(() => encodeEvent(outbound('sca.decided.v1', { body: incomplete }), stamp('sca.decided.v1'))).toThrow('stepUp is missing');
  });

  it('may carry the largest batch that a gateway can send', () => {
    const payees = Array.from({ length: 500 }, (_, i) => ({ account: 'ES9121000418450200051332', name: `Payee number ${i} of the batch of salaries`, amount: '1.00' }));
    const payment = { amount: '500.00', currency: 'EUR', kind: 'batch' as const, payees };
    const request = { ...EVENT_EXAMPLES['sca.requested.v1'], payment };
    expect(encodeEvent(outbound('sca.requested.v1', { body: request }), stamp('sca.requested.v1')).value!.length).toBeLessThan(64 * 1024);
    const code = `e30.${Buffer.from(JSON.stringify(payment)).toString('base64url')}.c2ln`;
    const verdict = { ...EVENT_EXAMPLES['sca.verdict.v1'], payment, authenticationCode: code };
    expect(parseRecord(delivered(encodeEvent(outbound('sca.verdict.v1', { body: verdict }), stamp('sca.verdict.v1'))), OPTIONS).ok).toBe(true);
  });

  it('above the bound is a bug', () => {
    const body = { ...EVENT_EXAMPLES['sca.evidence.v1'], data: { text: 'x'.repeat(256 * 1024) } };
    expect(() => encodeEvent(outbound('sca.evidence.v1', { body }), stamp('sca.evidence.v1'))).toThrow('larger than its contract allows');
  });
});

describe('the cloudevents package', () => {
  it.each(OURS)('reads our bytes: %s', (type) => {
    const { key, value, headers } = encodeEvent(outbound(type, { subject: 'subject-1', sequence: 3 }), stamp(type));
    const event = Kafka.toEvent({ key: String(key), value, headers, body: value } as never) as CloudEvent<unknown>;
    expect(event.validate()).toBe(true);
    expect(event).toMatchObject({ id: '01937a10-2f6e-7c11-9a55-0b1c2d3e4f50', type, source: stamp(type).source, subject: 'subject-1', specversion: '1.0', datacontenttype: 'application/json', data: EVENT_EXAMPLES[type] });
    expect(event['correlationid']).toBe('subject-1');
    expect(event['traceparent']).toBe(TRACEPARENT);
    expect(event['sequence']).toBe('3');
  });

  it('writes what we read', () => {
    const example = EVENT_EXAMPLES['sca.requested.v1'];
    const message = Kafka.binary(
      new CloudEvent({ type: 'sca.requested.v1', source: '/gateways/demo', subject: example.authenticationId, datacontenttype: 'application/json', correlationid: example.authenticationId, partitionkey: EXAMPLE_KEYS['sca.requested.v1'], data: example }),
    );
    const headers = Object.fromEntries(Object.entries(message.headers).flatMap(([name, content]) => (content === undefined ? [] : [[name, Buffer.from(String(content))]])));
    const record: RawRecord = { topic: 'sca.requested', partition: 0, offset: '0', timestamp: 1, key: Buffer.from(String(message.key)), value: Buffer.from(JSON.stringify(message.value)), headers };
    expect(parseRecord(record, OPTIONS)).toMatchObject({ ok: true, value: { body: example, subject: example.authenticationId, correlationId: example.authenticationId } });
  });
});
