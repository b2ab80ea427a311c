import type { ExemptionId } from '../rule';

/** Versions of EMV 3-D Secure by what their challenge indicator can say. */
export type ThreeDsVersion = '2.1.0' | '2.2.0' | '2.3.1';

/** What the asking side wants of the issuer's authentication. */
export type ChallengeWish =
  | { readonly kind: 'EXEMPTION'; readonly rule: ExemptionId }
  /** Authentication was done by somebody else in the issuer's name. */
  | { readonly kind: 'DELEGATED' }
  /** Only data is shared; no challenge is wanted and no exemption claimed. */
  | { readonly kind: 'DATA_SHARE' }
  /** The payer is to be offered to put the payee on the list of trusted beneficiaries. */
  | { readonly kind: 'OFFER_TRUST_LIST' }
  /** Authentication is due: by law, or since the issuer asked for it. */
  | { readonly kind: 'MANDATED' }
  /** Authentication is wanted, since the risk is high; the issuer may see it otherwise. */
  | { readonly kind: 'WANTED' }
  | { readonly kind: 'NO_PREFERENCE' };

/** Since which version there is a value of its own for an exemption, and which. Earlier versions can only say that no challenge is wanted. */
const OWN_VALUE: Readonly<Partial<Record<ExemptionId, { readonly since: ThreeDsVersion; readonly value: string }>>> = {
  EX18: { since: '2.2.0', value: '05' },
  EX13: { since: '2.2.0', value: '08' },
  EX16: { since: '2.3.1', value: '10' },
  EX17: { since: '2.3.1', value: '11' },
};

const NO_PREFERENCE = '01';
const NO_CHALLENGE = '02';
const CHALLENGE_WANTED = '03';
const CHALLENGE_MANDATED = '04';
const DATA_SHARE_ONLY = '06';
const ALREADY_AUTHENTICATED = '07';
const OFFER_TRUST_LIST = '09';

const ORDER: readonly ThreeDsVersion[] = ['2.1.0', '2.2.0', '2.3.1'];
const knows = (version: ThreeDsVersion, since: ThreeDsVersion): boolean => ORDER.indexOf(version) >= ORDER.indexOf(since);

/** The version by what is written ("2.2", "2.3.1.1"), or null for one that nobody has heard of. */
export function threeDsVersionOf(written: string): ThreeDsVersion | null {
  if (/^2\.1(\.|$)/.test(written)) return '2.1.0';
  if (/^2\.2(\.|$)/.test(written)) return '2.2.0';
  return /^2\.3(\.|$)/.test(written) ? '2.3.1' : null;
}

/**
 * `threeDSRequestorChallengeInd` (EMV 3-D Secure). Values 01 to 09 as published; 10 and 11 since 2.3.1 as remembered. A version that lacks
 * the value says "no challenge wanted" for an exemption, and "challenge wanted" where a trust list was to be offered.
 */
export function challengeIndicator(wish: ChallengeWish, version: ThreeDsVersion): string {
  switch (wish.kind) {
    case 'EXEMPTION': {
      const own = OWN_VALUE[wish.rule];
      return own !== undefined && knows(version, own.since) ? own.value : NO_CHALLENGE;
    }
    case 'DELEGATED':
      return knows(version, '2.2.0') ? ALREADY_AUTHENTICATED : NO_CHALLENGE;
    case 'DATA_SHARE':
      return knows(version, '2.2.0') ? DATA_SHARE_ONLY : NO_CHALLENGE;
    case 'OFFER_TRUST_LIST':
      return knows(version, '2.2.0') ? OFFER_TRUST_LIST : CHALLENGE_WANTED;
    case 'MANDATED':
      return CHALLENGE_MANDATED;
    case 'WANTED':
      return CHALLENGE_WANTED;
    case 'NO_PREFERENCE':
      return NO_PREFERENCE;
  }
}

/** As the message carries it: one value, and from 2.3.1 on a list of one or two. */
export function challengeIndicatorField(wish: ChallengeWish, version: ThreeDsVersion): string | readonly string[] {
  const value = challengeIndicator(wish, version);
  return version === '2.3.1' ? [value] : value;
}
