import { EVENTS } from '../events/registry';
import type { JsonSchema } from '../fields';
import { breakingChanges } from './additive';
import { eventSchema } from './event-schema';

const VERDICT = eventSchema(EVENTS['sca.verdict.v1']);
const REQUESTED = eventSchema(EVENTS['sca.requested.v1']);

const PROMISED = { promised: true };

/** A copy of a schema with the object at a path changed. */
function edited(schema: JsonSchema, path: string[], edit: (node: Record<string, unknown>) => void): JsonSchema {
  const copy = structuredClone(schema) as Record<string, unknown>;
  edit(path.reduce<Record<string, unknown>>((node, step) => node[step] as Record<string, unknown>, copy));
  return copy;
}
const without = (list: unknown, value: string): unknown => (list as string[]).filter((item) => item !== value);

describe('what may follow a released schema', () => {
  it('is the same', () => {
    for (const event of Object.values(EVENTS)) expect(breakingChanges(eventSchema(event), eventSchema(event), PROMISED)).toEqual([]);
  });

  it.each<[string, JsonSchema]>([
    ['an optional field', edited(VERDICT, ['properties'], (node) => (node['hint'] = { type: 'string' }))],
    ['another value', edited(VERDICT, ['properties', 'outcome'], (node) => (node['enum'] = [...(node['enum'] as string[]), 'LATER']))],
    ['a wider bound', edited(VERDICT, ['properties', 'factors'], (node) => (node['maxItems'] = 20))],
    ['other words', edited(VERDICT, ['properties', 'outcome'], (node) => (node['description'] = 'In other words.'))],
    ['null as well', edited(VERDICT, ['properties'], (node) => (node['mayProceed'] = { anyOf: [{ type: 'boolean' }, { type: 'null' }] }))],
    ['an optional field of a part', edited(VERDICT, ['definitions', 'Payee', 'properties'], (node) => (node['bic'] = { type: 'string' }))],
  ])('may add %s', (_, after) => {
    expect(breakingChanges(VERDICT, after, PROMISED)).toEqual([]);
  });
});

describe('what a gateway no longer has to send', () => {
  it('breaks nobody', () => {
    const after = edited(REQUESTED, [], (node) => (node['required'] = without(node['required'], 'payer')));
    expect(breakingChanges(REQUESTED, after, { promised: false })).toEqual([]);
    expect(breakingChanges(REQUESTED, after, PROMISED)).toEqual(['payer: is no longer always there']);
  });
});

describe('what breaks somebody', () => {
  it.each<[string, JsonSchema, JsonSchema, string]>([
    ['a removed field', VERDICT, edited(VERDICT, ['properties'], (node) => delete node['assurance']), 'assurance: removed'],
    ['a removed field of a part', VERDICT, edited(VERDICT, ['definitions', 'Payee', 'properties'], (node) => delete node['id']), 'payment.payee.id: removed'],
    ['a retyped field', VERDICT, edited(VERDICT, ['properties', 'mayProceed'], (node) => (node['type'] = 'string')), 'mayProceed: type changed'],
    ['a retyped field of a part', VERDICT, edited(VERDICT, ['definitions', 'Payment', 'properties', 'amount'], (node) => Object.assign(node, { type: 'number' })), 'payment.amount: type changed'],
    ['a field that became required', REQUESTED, edited(REQUESTED, [], (node) => (node['required'] = [...(node['required'] as string[]), 'returnUrl'])), 'returnUrl: became required'],
    ['a new field that is required at once', REQUESTED, edited(REQUESTED, [], (node) => {
      (node['properties'] as Record<string, unknown>)['scheme'] = { type: 'string' };
      (node['required'] as string[]).push('scheme');
    }), 'scheme: became required'],
    ['a field that is no longer always there', VERDICT, edited(VERDICT, [], (node) => (node['required'] = without(node['required'], 'reasons'))), 'reasons: is no longer always there'],
    ['a dropped value', VERDICT, edited(VERDICT, ['properties', 'outcome'], (node) => (node['enum'] = without(node['enum'], 'EXEMPT'))), 'outcome: the value "EXEMPT" was dropped'],
    ['a dropped value of a list', VERDICT, edited(VERDICT, ['properties', 'reasons', 'items'], (node) => (node['enum'] = without(node['enum'], 'EXEMPTED'))), 'reasons[]: the value "EXEMPTED" was dropped'],
    ['an open text that became a closed list', VERDICT, edited(VERDICT, ['definitions', 'Factor', 'properties', 'method'], (node) => (node['enum'] = ['face'])), 'factors[].method: became a closed list'],
    ['a tighter bound', REQUESTED, edited(REQUESTED, ['properties', 'timeToLiveSeconds'], (node) => (node['maximum'] = 600)), 'timeToLiveSeconds: maximum became smaller'],
    ['a raised minimum', REQUESTED, edited(REQUESTED, ['properties', 'timeToLiveSeconds'], (node) => (node['minimum'] = 60)), 'timeToLiveSeconds: minimum became larger'],
    ['another pattern', REQUESTED, edited(REQUESTED, ['properties', 'authenticationId'], (node) => (node['pattern'] = '^[a-z]*$')), 'authenticationId: pattern changed'],
    ['null that is no longer taken', VERDICT, edited(VERDICT, ['properties'], (node) => (node['validUntil'] = (node['validUntil'] as { anyOf: unknown[] }).anyOf[0])), 'validUntil: null is no longer taken'],
    ['unknown fields that are no longer taken', VERDICT, edited(VERDICT, [], (node) => (node['additionalProperties'] = false)), 'the body: unknown fields are no longer taken'],
    ['an alternative less', REQUESTED, edited(REQUESTED, ['properties', 'exemptions'], (node) => (node['anyOf'] as unknown[]).pop()), 'exemptions: its alternatives changed'],
  ])('%s', (_, before, after, change) => {
    expect(breakingChanges(before, after, PROMISED)).toContain(change);
  });
});
