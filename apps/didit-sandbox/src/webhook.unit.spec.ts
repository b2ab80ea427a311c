import { readFileSync } from 'node:fs';
import path from 'node:path';
import { asciiEscaped, isJsonObject, parseJson, vendorJson, type JsonObject } from './json';
import { signDelivery } from './webhook';

interface Vector {
  name: string;
  x_timestamp: string;
  raw_body: string;
  x_signature: string;
  x_signature_v2: string;
  x_signature_simple: string;
}
const { secret, vectors } = JSON.parse(readFileSync(path.join(__dirname, '../../../libs/testing/vectors/didit-signature-vectors.json'), 'utf8')) as { secret: string; vectors: Vector[] };

const objectOf = (text: string): JsonObject => {
  const value = parseJson(text);
  if (!isJsonObject(value)) throw new Error('not an object');
  return value;
};

describe('webhooks of the sandbox', () => {
  // C is what a proxy made of B, so the vendor never sends it.
  const sent = vectors.filter(({ name }) => !name.startsWith('C '));

  it.each(sent.map((vector) => [vector.name, vector] as const))('%s: the same bytes and signatures as the published vector', (_, vector) => {
    const { event_id, timestamp, ...members } = objectOf(vector.raw_body);
    const { body, headers } = signDelivery({ eventId: typeof event_id === 'string' ? event_id : '', members }, secret, Number(timestamp) * 1000 + 999);
    expect(body).toBe(vector.raw_body);
    expect(headers).toMatchObject({
      'x-timestamp': vector.x_timestamp,
      'x-signature': vector.x_signature,
      'x-signature-v2': vector.x_signature_v2,
      'x-signature-simple': vector.x_signature_simple,
    });
  });

  it('a console test is marked and has no event id', () => {
    const { body, headers } = signDelivery({ eventId: 'unused', members: { status: 'Approved' } }, secret, 1_774_970_000_000, true);
    expect(body).toBe('{"status":"Approved","timestamp":1774970000}');
    expect(headers['x-didit-test-webhook']).toBe('true');
  });
});

describe('json as the vendor writes it', () => {
  it.each([
    [92, '92'],
    [-0, '0'],
    [1e22, '10000000000000000000000'],
    [0.1, '0.1'],
    [0.00005, '5e-05'],
    [1.5e-10, '1.5e-10'],
    [-0.000025, '-2.5e-05'],
  ])('number %d', (value, expected) => expect(vendorJson(value)).toBe(expected));

  it('sorts keys by code point and escapes for the wire', () => {
    const canonical = vendorJson({ '😀': 1, '～': 'é', '10': [], '9': {} });
    expect(canonical).toBe('{"10":[],"9":{},"～":"é","😀":1}');
    expect(asciiEscaped(canonical)).toBe('{"10":[],"9":{},"\\uff5e":"\\u00e9","\\ud83d\\ude00":1}');
  });
});
