import { GATEWAY_ID_PATTERN } from '@assent/kernel';
import { z } from 'zod';
import { DEFAULT_VENDOR_DATA, SCOPES } from './gateway';

const GATEWAYS_MAX = 1_000;
const KEYS_MAX = 20;
const ORIGINS_MAX = 50;
const VENDOR_DATA_PATTERN = /^[A-Za-z0-9_.:@/-]*(<namespace>[A-Za-z0-9_.:@/-]*)?<payerId>[A-Za-z0-9_.:@/-]*$/;

const id = (what: string) => z.string().regex(GATEWAY_ID_PATTERN, { error: `must be ${what}: 1 to 63 of a-z 0-9 -, not beginning with -, not dlq` });

const ORIGIN_CURE = 'must be an https origin: https://host or https://host:port, lower case, without a path and without the port 443';
const httpsOrigin = z
  .string()
  .regex(/^https:\/\/[a-z0-9.-]{1,253}(:\d{1,5})?$/, { error: ORIGIN_CURE, abort: true })
  .refine((value) => URL.canParse(value) && new URL(value).origin === value, { error: ORIGIN_CURE });

const apiKey = z
  .strictObject({
    id: id('the name of the key').describe('Names the key in logs. Unique in the file.'),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, { error: 'must be the SHA-256 of the key, 64 lower-case hex digits (printf %s KEY | sha256sum)' })
      .describe('SHA-256 of the key, lower-case hex. The key itself stands nowhere; make it of at least 32 random bytes.'),
    scopes: z
      .array(z.enum(SCOPES, { error: `must be one of ${SCOPES.join(', ')}` }))
      .min(1, { error: 'must name at least one scope' })
      .describe('What the key may do.'),
  })
  .describe('A key for the HTTP API.');

const gateway = z
  .strictObject({
    id: id('an id').describe('Part of every key and of `ce_source`. Never changed.'),
    namespace: id('a namespace').optional().describe('Whose payers these are. Default: the id. Two gateways with one namespace speak of the same people.'),
    kafka: z.boolean({ error: 'must be true or false' }).describe('Whether it publishes and reads Kafka topics itself.'),
    returnOrigins: z
      .array(httpsOrigin)
      .max(ORIGINS_MAX, { error: `must name at most ${ORIGINS_MAX} origins` })
      .describe('Where `returnUrl` may lead.'),
    apiKeys: z.array(apiKey).max(KEYS_MAX, { error: `must have at most ${KEYS_MAX} keys` }).describe('Keys for the HTTP API; several while one is being changed.'),
    vendorData: z
      .string()
      .max(200, { error: 'must have at most 200 characters' })
      .regex(VENDOR_DATA_PATTERN, { error: 'must hold <payerId> once, may hold <namespace> once before it, and else only A-Z a-z 0-9 _ . : @ / -' })
      .optional()
      .describe(`How Didit's vendor_data is written, for payers that Didit knows under another name. Default: ${DEFAULT_VENDOR_DATA}`),
  })
  .describe('A payment company that uses Assent.');

/** The file as it is written; the rules over several entries are in gateway-registry.ts. */
export const gatewaysFile = z
  .strictObject({
    $schema: z.string().optional().describe('For editors.'),
    gateways: z.array(gateway).min(1, { error: 'must name at least one gateway' }).max(GATEWAYS_MAX, { error: `must name at most ${GATEWAYS_MAX} gateways` }),
  })
  .describe('The registry of gateways, read by every service at its start.');

export type GatewaysFile = z.output<typeof gatewaysFile>;
export type GatewayEntry = GatewaysFile['gateways'][number];

/** The JSON Schema of the file (docs/gateways.schema.json), for editors and for other people's tools. */
export function gatewaysJsonSchema(): Record<string, unknown> {
  return { title: 'Gateways of an Assent deployment', ...z.toJSONSchema(gatewaysFile, { target: 'draft-2020-12' }) };
}
