import type { Decision } from '../evaluate';
import type { Facts } from '../facts';
import { challengeIndicatorField, type ChallengeWish, type ThreeDsVersion } from './challenge-indicator';
import { authorisationField, type AuthorisationFormat, type AuthorisationMark } from './scheme-fields';
import type { SoftDeclineAction } from './soft-decline';

/** A decision in the fields of the messages that carry it on. What a format cannot say is not in it. */
export interface Transport {
  readonly emv3ds: Readonly<Record<ThreeDsVersion, string | readonly string[]>> | null;
  readonly iso20022: Readonly<Record<string, string>>;
  readonly mastercard: Readonly<Record<string, string>>;
  readonly visa: Readonly<Record<string, string>>;
  /** What to do about the decline that this request follows; null where it follows none. */
  readonly softDecline: { readonly code: string; readonly action: SoftDeclineAction } | null;
}

const VERSIONS: readonly ThreeDsVersion[] = ['2.1.0', '2.2.0', '2.3.1'];

/**
 * The fields that a gateway copies into 3-D Secure and authorisation messages. Cards only: null for anything else, and for actions that
 * send no such message. What the payee initiates is marked in the authorisation; in 3-D Secure it has no challenge indicator at all.
 */
export function transportOf(decision: Decision, facts: Facts, softDecline: Transport['softDecline']): Transport | null {
  const cards = facts.instrument === 'card' || facts.instrument === null;
  if (!cards || (facts.action !== 'payment' && facts.action !== 'mandate_setup' && facts.action !== 'trusted_list_create')) return null;
  const mark = markOf(decision, facts);
  const wish = wishOf(decision, facts);
  const field = (format: AuthorisationFormat) => (mark === null ? {} : authorisationField(format, mark));
  return {
    emv3ds:
      wish === null
        ? null
        : (Object.fromEntries(VERSIONS.map((version) => [version, challengeIndicatorField(wish, version)])) as Record<ThreeDsVersion, string | readonly string[]>),
    iso20022: field('iso20022-caaa'),
    mastercard: field('mastercard'),
    visa: field('visa'),
    softDecline,
  };
}

function markOf({ decision, exemption, reasons }: Decision, { channel }: Facts): AuthorisationMark | null {
  if (decision === 'OUT_OF_SCOPE') return reasons.includes('PAYEE_INITIATED') ? 'MIT' : null;
  return decision === 'EXEMPT' && (channel === 'remote' || exemption === 'EX12') ? exemption : null;
}

function wishOf({ decision, exemption }: Decision, { action, channel }: Facts): ChallengeWish | null {
  if (action === 'trusted_list_create') return { kind: 'OFFER_TRUST_LIST' };
  // 3-D Secure is a protocol of remote payments.
  if (channel === 'contactless_pos' || channel === 'contact_pos') return null;
  switch (decision) {
    case 'EXEMPT':
      return exemption === null ? { kind: 'NO_PREFERENCE' } : { kind: 'EXEMPTION', rule: exemption };
    case 'SCA_REQUIRED':
      return { kind: 'MANDATED' };
    case 'SCA_BEST_EFFORT':
      return { kind: 'WANTED' };
    case 'OUT_OF_SCOPE':
    case 'SCA_PROHIBITED':
    case 'SCA_PERMITTED':
      return null;
  }
}
