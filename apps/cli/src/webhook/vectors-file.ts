import { z } from 'zod';

/** One delivery to judge: what came, when, under which secrets, and what is expected. */
export interface WebhookVector {
  readonly name: string;
  readonly secrets: readonly string[];
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  readonly nowMs: number;
  readonly expect: 'accept' | 'reject';
  /** Signatures that must be good each by itself, since the vector was published with all of them. */
  readonly eachAlone: readonly ('x-signature' | 'x-signature-v2')[];
}

const expectation = z.enum(['accept', 'reject']);
const secrets = z.union([z.string(), z.array(z.string()).min(1)]).transform((value) => (typeof value === 'string' ? [value] : value));

/** A delivery with its headers, as a test of a whole receiver writes it. */
const delivery = z.object({
  name: z.string(),
  secret: secrets.optional(),
  headers: z.record(z.string(), z.string()),
  raw_body: z.string(),
  now: z.number(),
  expect: expectation,
});

/** A body with its right signatures, as the published vectors write it: good at the moment of its own timestamp. */
const published = z.object({
  name: z.string(),
  secret: secrets.optional(),
  x_timestamp: z.string(),
  raw_body: z.string(),
  x_signature: z.string().optional(),
  x_signature_v2: z.string().optional(),
  x_signature_simple: z.string().optional(),
  expect: expectation.default('accept'),
});

const file = z.object({ secret: secrets.optional(), vectors: z.array(z.unknown()) });

export type VectorsRead = { readonly ok: true; readonly vectors: readonly WebhookVector[] } | { readonly ok: false; readonly message: string };

/** Reads both forms, also mixed in one file, and a bare list of vectors. */
export function readVectors(text: string): VectorsRead {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { ok: false, message: 'it is not JSON' };
  }
  const read = file.safeParse(Array.isArray(json) ? { vectors: json } : json);
  if (!read.success) return { ok: false, message: 'it must hold a list "vectors"' };
  if (read.data.vectors.length === 0) return { ok: false, message: 'it holds no vector' };
  const vectors: WebhookVector[] = [];
  for (const [index, entry] of read.data.vectors.entries()) {
    const vector = readVector(entry, read.data.secret);
    if (typeof vector === 'string') return { ok: false, message: `vectors[${index}]: ${vector}` };
    vectors.push(vector);
  }
  return { ok: true, vectors };
}

function readVector(entry: unknown, sharedSecrets: readonly string[] | undefined): WebhookVector | string {
  const hasHeaders = typeof entry === 'object' && entry !== null && 'headers' in entry;
  const read = hasHeaders ? delivery.safeParse(entry) : published.safeParse(entry);
  if (!read.success) return read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  const own = read.data.secret ?? sharedSecrets;
  if (own === undefined) return 'secret: there is none, neither here nor for the whole file';
  const shared = { name: read.data.name, secrets: own, body: Buffer.from(read.data.raw_body, 'utf8'), expect: read.data.expect };
  if ('headers' in read.data) {
    const headers = Object.fromEntries(Object.entries(read.data.headers).map(([name, value]) => [name.toLowerCase(), value]));
    return { ...shared, headers, nowMs: read.data.now * 1000, eachAlone: [] };
  }
  const { x_timestamp, x_signature, x_signature_v2, x_signature_simple } = read.data;
  return {
    ...shared,
    nowMs: Number(x_timestamp) * 1000,
    headers: definedOnly({ 'x-timestamp': x_timestamp, 'x-signature': x_signature, 'x-signature-v2': x_signature_v2, 'x-signature-simple': x_signature_simple }),
    eachAlone: [...(x_signature === undefined ? [] : ['x-signature' as const]), ...(x_signature_v2 === undefined ? [] : ['x-signature-v2' as const])],
  };
}

const definedOnly = (headers: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined));
