/** How a request ends (interface, `sca.verdict`). Closed. */
export const OUTCOMES = ['APPROVED', 'EXEMPT', 'OUT_OF_SCOPE', 'SCA_PROHIBITED', 'DECLINED', 'EXPIRED', 'CANCELLED', 'UNAVAILABLE'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Why it ended so (interface, `sca.verdict.reasons`). Those of later issues are in the contract, not here. */
export type VerdictReason =
  | 'AUTHENTICATED'
  | 'EXEMPTED'
  | 'OUT_OF_SCOPE'
  | 'SCA_PROHIBITED'
  | 'AUTHENTICATION_FAILED'
  | 'DYNAMIC_LINKING_VIOLATION'
  | 'PAYER_REFUSED'
  | 'PAYER_BLOCKED'
  | 'GATEWAY_CANCELLED'
  | 'REVIEW_DECLINED'
  | 'REQUEST_EXPIRED'
  | 'VENDOR_UNAVAILABLE'
  | 'VENDOR_REFUSED'
  | 'NO_ENROLLED_FACE'
  | 'FACTORS_INSUFFICIENT';

export type FactorCategory = 'INHERENCE' | 'POSSESSION' | 'KNOWLEDGE';

/** One element that was proven (RTS 2018/389 Articles 6 to 8), and how. */
export interface ProvenFactor {
  readonly category: FactorCategory;
  /** RFC 8176 where it has a name: `face`, `hwk`, `swk`. */
  readonly method: string;
  readonly provenAtMs: number;
}

/** `SCA`: two factors of different categories. `SINGLE_FACTOR`: one, where the deployment allows it; no strong customer authentication. */
export type Assurance = 'SCA' | 'SINGLE_FACTOR';

/** The one terminal answer of an authentication. */
export interface Verdict {
  readonly outcome: Outcome;
  readonly reasons: readonly [VerdictReason, ...VerdictReason[]];
  /** What the gateway acts on. */
  readonly mayProceed: boolean;
  /** Null unless APPROVED. */
  readonly assurance: Assurance | null;
  /** Only what was proven. */
  readonly factors: readonly ProvenFactor[];
  readonly decidedAtMs: number;
  /** Whether this is a failed authentication of the payer, which counts towards a block (RTS Article 4(3)(b)). */
  readonly payerFailed: boolean;
}

const PROCEEDING: ReadonlySet<Outcome> = new Set<Outcome>(['APPROVED', 'EXEMPT', 'OUT_OF_SCOPE', 'SCA_PROHIBITED']);

/** A verdict whose outcome alone says whether the gateway may proceed. */
export const verdict = (outcome: Outcome, reason: VerdictReason, decidedAtMs: number, more: Partial<Pick<Verdict, 'assurance' | 'factors' | 'payerFailed'>> = {}): Verdict => ({
  outcome,
  reasons: [reason],
  mayProceed: PROCEEDING.has(outcome),
  assurance: null,
  factors: [],
  decidedAtMs,
  payerFailed: false,
  ...more,
});

/** `amr` of the authentication code (RFC 8176): the methods, and `mfa` only where two categories were proven. */
export const authenticationMethods = (factors: readonly ProvenFactor[], assurance: Assurance): string[] => [
  ...new Set(factors.map(({ method }) => method)),
  ...(assurance === 'SCA' ? ['mfa'] : []),
];
