import fc from 'fast-check';
import { EVENT_EXAMPLES } from '../examples/event-examples';
import { EVENT_TYPES } from '../events/event-types';
import { EVENTS } from '../events/registry';
import { checkShape } from '../reading/check-shape';
import { fitsSchema, prepareSchemas } from './compiled-schemas';

/** Every place in a value, as a path of names and indexes. */
function placesOf(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Array.isArray(value) ? value.flatMap((item, i) => placesOf(item, [...path, i])) : Object.entries(value).flatMap(([name, item]) => placesOf(item, [...path, name]));
  return [path, ...inner];
}

function changed(value: unknown, path: readonly (string | number)[], change: (old: unknown) => unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return change(value);
  if (Array.isArray(value)) return value.map((item: unknown, i) => (i === step ? changed(item, rest, change) : item));
  return Object.fromEntries(Object.entries(value as object).flatMap(([name, item]: [string, unknown]) => {
    if (name !== step) return [[name, item]];
    const next = changed(item, rest, change);
    return next === undefined ? [] : [[name, next]];
  }));
}

const TEXTS = [
  '', ' ', '\u202Eabc', 'a\u0000b', '\ud800', '😀'.repeat(70), '😀'.repeat(140), '\u200f', 'x'.repeat(64), 'x'.repeat(65), 'x'.repeat(141),
  'not_upper', 'UPPER_1', '2026-02-30T00:00:00.000Z', '2024-02-29T23:59:59.999Z', '2023-02-29T00:00:00.000Z', '2026-11-24T10:00:00Z',
  '2026-11-24T10:00:00.000+00:00', '0000-12-31T00:00:00.000Z', '1.00', '01.00', '1.', '٣', 'EUR', 'eur', 'ANY', 'EX16', 'constructor', 'ﬀ',
];
const OTHERS = [undefined, null, true, false, 0, -0, 1, 1.5, -1, 30, 29, 900, 901, 1e300, 2 ** 53, [], [[]], {}, { id: 'x' }, ['EX16'], ['EX16', 'EX16'], ['AUTHENTICATED', 'AUTHENTICATED'], [null], [1]];

describe('the compiled schemas and class-validator', () => {
  beforeAll(() => prepareSchemas(EVENT_TYPES));

  it.each(EVENT_TYPES)('both take the example of %s', (type) => {
    expect(checkShape(EVENTS[type].body, EVENT_EXAMPLES[type], { fields: EVENTS[type].fields })).toEqual([]);
    expect(fitsSchema(EVENTS[type], EVENT_EXAMPLES[type])).toBe(true);
  });

  it.each(EVENT_TYPES)('agree about every change of %s', (type) => {
    const event = EVENTS[type];
    const example: unknown = EVENT_EXAMPLES[type];
    const places = placesOf(example);
    const content = fc.oneof(fc.constantFrom(...TEXTS), fc.constantFrom<unknown>(...OTHERS), fc.string({ unit: 'binary' }), fc.jsonValue());
    const change = fc.record({ place: fc.constantFrom(...places), content, extra: fc.boolean() });
    let taken = 0;
    let refused = 0;
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 2 }), (changes) => {
        let body: unknown = example;
        for (const { place, content: next, extra } of changes) {
          const names = placesOf(body).map((path) => path.join('/'));
          if (!names.includes(place.join('/'))) continue;
          body = changed(body, place, (old) => (extra && typeof old === 'object' && old !== null && !Array.isArray(old) ? { ...old, unknownField: next } : next));
        }
        const byClass = checkShape(event.body, body, { fields: event.fields }).length === 0;
        const bySchema = fitsSchema(event, body);
        if (bySchema) taken += 1;
        else refused += 1;
        expect({ body: JSON.stringify(body), byClass }).toEqual({ body: JSON.stringify(body), byClass: bySchema });
      }),
      { numRuns: 800 },
    );
    // The property says something only if both answers occur.
    expect(taken).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(0);
  });
});
