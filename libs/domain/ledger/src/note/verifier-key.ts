import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { ok, refuse, type Result } from '@assent/kernel';

/** Who may sign a note: name, key id and Ed25519 public key (C2SP signed-note, "Verifier keys"). */
export interface VerifierKey {
  readonly name: string;
  /** Eight lower-case hex digits. An identifier, no proof: the signature is. */
  readonly keyId: string;
  readonly publicKey: KeyObject;
  /** `<name>+<key id>+<base64 of type and key>`: what other people's verifiers are configured with. */
  readonly text: string;
}

/** A key that signs notes under its name. */
export interface NoteSigner {
  readonly verifier: VerifierKey;
  readonly privateKey: KeyObject;
}

const ED25519 = 0x01;
const KEY_BYTES = 32;
/** PKCS #8 of an Ed25519 private key up to the 32 bytes of the key itself (RFC 8410). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Names have neither spaces nor `+`, which separate the parts of a key and of a signature line. */
export const isKeyName = (name: string): boolean => /^[^\s+\p{Cc}]+$/u.test(name) && name.isWellFormed();

/** First four bytes of SHA-256(name ‖ newline ‖ signature type ‖ public key), as hex. */
function keyIdOf(name: string, typed: Buffer): string {
  return createHash('sha256').update(`${name}\n`, 'utf8').update(typed).digest('hex').slice(0, 8);
}

function verifierKeyOf(name: string, publicKey: KeyObject): VerifierKey {
  const { x } = publicKey.export({ format: 'jwk' });
  const typed = Buffer.concat([Buffer.of(ED25519), Buffer.from(x ?? '', 'base64url')]);
  const keyId = keyIdOf(name, typed);
  return { name, keyId, publicKey, text: `${name}+${keyId}+${typed.toString('base64')}` };
}

/** Reads a verifier key. Refused where the id is not that of name and key, or the key is not Ed25519. */
export function parseVerifierKey(text: string): Result<VerifierKey, 'KEY_MALFORMED' | 'KEY_ID_WRONG' | 'KEY_TYPE_UNKNOWN'> {
  const [, name, keyId, data] = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
  if (name === undefined || keyId === undefined || data === undefined || !isKeyName(name)) return refuse('KEY_MALFORMED');
  const typed = Buffer.from(data, 'base64');
  if (typed.toString('base64') !== data) return refuse('KEY_MALFORMED');
  if (typed[0] !== ED25519 || typed.length !== 1 + KEY_BYTES) return refuse('KEY_TYPE_UNKNOWN');
  if (keyIdOf(name, typed) !== keyId) return refuse('KEY_ID_WRONG');
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: typed.subarray(1).toString('base64url') }, format: 'jwk' });
  return ok({ name, keyId, publicKey, text });
}

/**
 * A signer out of an Ed25519 private key: either its 32 bytes (the seed of RFC 8032) or its PKCS #8 form, as `openssl genpkey` writes it.
 */
export function noteSigner(name: string, secret: Buffer): Result<NoteSigner, 'NAME_MALFORMED' | 'KEY_MALFORMED'> {
  if (!isKeyName(name)) return refuse('NAME_MALFORMED');
  const der = secret.length === KEY_BYTES ? Buffer.concat([PKCS8_PREFIX, secret]) : secret;
  try {
    const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    if (privateKey.asymmetricKeyType !== 'ed25519') return refuse('KEY_MALFORMED');
    return ok({ privateKey, verifier: verifierKeyOf(name, createPublicKey(privateKey)) });
  } catch {
    return refuse('KEY_MALFORMED');
  }
}
