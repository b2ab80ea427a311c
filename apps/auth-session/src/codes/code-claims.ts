import { CompactSign, compactVerify, decodeProtectedHeader } from 'jose';
import { type AuthorizationDetail, type Binding, authorizationDetails } from '@assent/domain-linking';
import type { KeyRing, Signer } from './key-ring';
import { CODE_ALGORITHM } from './signing-key';

/** `typ` of the codes (RFC 8725 section 3.11): a token of another kind signed with the same key is none. */
export const CODE_TYPE = 'sca+jwt';
/** A batch of a thousand payees makes the longest honest code. */
export const CODE_LENGTH_MAX = 262_144;

/** The claims of an authentication code, by registered names where they exist (RFC 7519, 8176, 8417, 9396). Times in seconds. */
export interface CodeClaims {
  readonly iss: string;
  /** The gateway. */
  readonly aud: string;
  /** The payer, by the gateway's pseudonym. */
  readonly sub: string;
  readonly jti: string;
  readonly iat: number;
  readonly exp: number;
  /** The authentication. */
  readonly txn: string;
  /** How the payer was authenticated; `mfa` only with two factors of different categories. */
  readonly amr: readonly string[];
  readonly authorization_details: readonly AuthorizationDetail[];
}

/** The code of an approval: a compact JWS over everything that was approved (RTS 2018/389 Articles 4 and 5). It holds no element of authentication. */
export const signCode = (signer: Signer, claims: Omit<CodeClaims, 'authorization_details'>, binding: Binding): Promise<string> =>
  new CompactSign(new TextEncoder().encode(JSON.stringify({ ...claims, authorization_details: authorizationDetails(binding) } satisfies CodeClaims)))
    .setProtectedHeader({ alg: CODE_ALGORITHM, typ: CODE_TYPE, kid: signer.kid })
    .sign(signer.privateKey);

/** Whose code it must be. */
export interface ExpectedCode {
  readonly issuer: string;
  readonly gatewayId: string;
  readonly authenticationId: string;
}

interface CodeHeader {
  readonly kid: string;
}

function headerOf(code: string): CodeHeader | null {
  try {
    const { alg, typ, kid, crit } = decodeProtectedHeader(code);
    return alg === CODE_ALGORITHM && typ === CODE_TYPE && typeof kid === 'string' && crit === undefined ? { kid } : null;
  } catch {
    return null;
  }
}

function claimsOf(payload: Uint8Array): Readonly<Record<string, unknown>> | null {
  try {
    const claims: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
    return typeof claims === 'object' && claims !== null ? (claims as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}

/**
 * The `jti` of a code that we signed for this gateway and this authentication; null for anything else, whatever is wrong with it. Algorithm and
 * type are pinned, the key comes from our own ring and never from the token. Says nothing of expiry, use and revocation: the database does.
 */
export async function verifyCode(keys: KeyRing, code: string, expected: ExpectedCode): Promise<string | null> {
  if (code.length > CODE_LENGTH_MAX) return null;
  const header = headerOf(code);
  const key = header === null ? null : await keys.publicKey(header.kid);
  if (key === null) return null;
  const verified = await compactVerify(code, key, { algorithms: [CODE_ALGORITHM] }).catch(() => null);
  const claims = verified === null ? null : claimsOf(verified.payload);
  const ours = claims !== null && claims['iss'] === expected.issuer && claims['aud'] === expected.gatewayId && claims['txn'] === expected.authenticationId;
  return ours && typeof claims['jti'] === 'string' ? claims['jti'] : null;
}
