import { exportJWK, exportPKCS8, calculateJwkThumbprint, generateKeyPair, importJWK, importPKCS8, type CryptoKey, type JWK } from 'jose';
import type { Secret } from '@assent/platform';
import { open, seal } from './sealed-bytes';

/** JWS algorithm of the codes (RFC 8037, curve Ed25519). Pinned wherever a code is verified. */
export const CODE_ALGORITHM = 'EdDSA';

/** The public half, as it is stored and published. */
export interface PublicKey {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
}

export interface NewSigningKey {
  /** RFC 7638 thumbprint: the same key never gets two names, nor two keys one. */
  readonly kid: string;
  readonly publicKey: PublicKey;
  readonly privateKeySealed: Buffer;
}

const purposeOf = (kid: string): string => `signing-key:${kid}`;

function publicPart(jwk: JWK): PublicKey {
  if (jwk.kty !== 'OKP' || jwk.crv !== 'Ed25519' || typeof jwk.x !== 'string') throw new Error('invariant broken: codes are signed with Ed25519');
  return { kty: 'OKP', crv: 'Ed25519', x: jwk.x };
}

/** A fresh key pair whose private half exists in clear only while it is being sealed. */
export async function newSigningKey(master: Secret<Buffer>): Promise<NewSigningKey> {
  const pair = await generateKeyPair(CODE_ALGORITHM, { crv: 'Ed25519', extractable: true });
  const publicKey = publicPart(await exportJWK(pair.publicKey));
  const kid = await calculateJwkThumbprint({ ...publicKey });
  return { kid, publicKey, privateKeySealed: seal(master, purposeOf(kid), Buffer.from(await exportPKCS8(pair.privateKey), 'utf8')) };
}

/** The private half, ready to sign and not exportable. @throws SealBroken where the master key is not the one that sealed it */
export const openPrivateKey = (master: Secret<Buffer>, kid: string, sealed: Buffer): Promise<CryptoKey> =>
  importPKCS8(open(master, purposeOf(kid), sealed).toString('utf8'), CODE_ALGORITHM);

export async function openPublicKey(publicKey: PublicKey): Promise<CryptoKey> {
  const key = await importJWK({ ...publicKey, alg: CODE_ALGORITHM }, CODE_ALGORITHM);
  if (key instanceof Uint8Array) throw new Error('invariant broken: a public key is no shared secret');
  return key;
}
