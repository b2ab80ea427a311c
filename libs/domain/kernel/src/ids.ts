import { invariant } from './result';

/**
 * Branded identifiers: a payer's id cannot be passed where a gateway's is wanted, though both are strings.
 * Ids are made from a clock and randomness that the caller passes in; the kernel has neither.
 */
declare const brand: unique symbol;
export type Branded<Name extends string> = string & { readonly [brand]: Name };

export type GatewayId = Branded<'GatewayId'>;
export type AuthenticationId = Branded<'AuthenticationId'>;
/** `<gatewayId>:<authenticationId>`: the key of every authentication topic, unique over all gateways. */
export type AuthenticationKey = Branded<'AuthenticationKey'>;
export type VendorSessionId = Branded<'VendorSessionId'>;
export type EventId = Branded<'EventId'>;

export const AUTHENTICATION_ID_PATTERN = /^[A-Za-z0-9_-]{8,64}$/;
/** Gateway ids are parts of topic names, where `dlq` already means the dead letters. */
export const GATEWAY_ID_PATTERN = /^(?!dlq$)[a-z0-9][a-z0-9-]{0,62}$/;

export const authenticationKey = (gateway: string, authentication: string): AuthenticationKey => `${gateway}:${authentication}` as AuthenticationKey;

/** Takes an authentication key apart, or null where it is none. */
export function splitAuthenticationKey(key: string): { gatewayId: GatewayId; authenticationId: AuthenticationId } | null {
  const colon = key.indexOf(':');
  if (colon < 0) return null;
  const gatewayId = key.slice(0, colon);
  const authenticationId = key.slice(colon + 1);
  if (!GATEWAY_ID_PATTERN.test(gatewayId) || !AUTHENTICATION_ID_PATTERN.test(authenticationId)) return null;
  return { gatewayId: gatewayId as GatewayId, authenticationId: authenticationId as AuthenticationId };
}

const RANDOM_BYTES = 10;

/** A UUIDv7 (RFC 9562 section 5.7) of a time in milliseconds and ten random bytes: ids of one producer sort by time. Throws on fewer bytes. */
export function uuidv7(nowMs: number, random: Uint8Array): string {
  invariant(random.length >= RANDOM_BYTES, 'an id has ten random bytes');
  const bytes = new Uint8Array(16);
  let rest = nowMs;
  for (let i = 5; i >= 0; i--) {
    bytes[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  bytes.set(random.subarray(0, RANDOM_BYTES), 6);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Buffer.from(bytes.buffer).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
