import { Code, Flag, Nullable, OneOf, OneOfList, Part, Parts, Text, Timestamp } from '../fields';
import { ACTIONS, type Action } from './actions';
import { GATEWAY_ID } from './forms';
import { Payment } from './payment';
import { PolicyRef } from './sca-decided.v1';
import { AUTHENTICATION_ID } from './sca-requested.v1';

export const OUTCOMES = ['APPROVED', 'EXEMPT', 'OUT_OF_SCOPE', 'SCA_PROHIBITED', 'DECLINED', 'EXPIRED', 'CANCELLED', 'UNAVAILABLE'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export const ASSURANCES = ['SCA', 'SINGLE_FACTOR'] as const;
export type Assurance = (typeof ASSURANCES)[number];

/** Closed: gateways branch on them. None says which factor failed (RTS Article 4(3)(a)). */
export const VERDICT_REASONS = [
  'AUTHENTICATED',
  'EXEMPTED',
  'OUT_OF_SCOPE',
  'SCA_PROHIBITED',
  'AUTHENTICATION_FAILED',
  'DYNAMIC_LINKING_VIOLATION',
  'PAYER_REFUSED',
  'PAYER_REPORTED_FRAUD',
  'PAYER_BLOCKED',
  'GATEWAY_CANCELLED',
  'REVIEW_DECLINED',
  'REQUEST_EXPIRED',
  'VENDOR_UNAVAILABLE',
  'VENDOR_REFUSED',
  'NO_ENROLLED_FACE',
  'FACTORS_INSUFFICIENT',
  'POLICY_REFUSED',
] as const;
export type VerdictReason = (typeof VERDICT_REASONS)[number];

export const FACTOR_CATEGORIES = ['INHERENCE', 'POSSESSION', 'KNOWLEDGE'] as const;
export type FactorCategory = (typeof FACTOR_CATEGORIES)[number];

/** A factor that was proven. */
export class Factor {
  @OneOf('Category of the factor (PSD2 Article 4(30)).', FACTOR_CATEGORIES)
  category!: FactorCategory;

  @Text('How it was proven, for example face or passkey.', { max: 64 })
  method!: string;

  @Timestamp('When it was proven.')
  provenAt!: string;
}

/** The one terminal answer to a request. */
export class ScaVerdictV1 {
  @Text('The authentication.', AUTHENTICATION_ID)
  authenticationId!: string;

  @Text('The gateway that asked.', GATEWAY_ID)
  gatewayId!: string;

  @OneOf('What was asked for.', ACTIONS)
  action!: Action;

  @OneOf('The answer.', OUTCOMES)
  outcome!: Outcome;

  @Flag('What the gateway acts on.')
  mayProceed!: boolean;

  @Nullable()
  @Timestamp('Until when the answer may be acted on; null where nothing may be.')
  validUntil!: string | null;

  @Nullable()
  @OneOf('On APPROVED: SCA (two factors of different categories) or SINGLE_FACTOR; else null.', ASSURANCES)
  assurance!: Assurance | null;

  @OneOfList('Why, in order.', VERDICT_REASONS, { minItems: 1 })
  reasons!: VerdictReason[];

  @Nullable()
  @Code('The exemption that applied, or null.')
  exemption!: string | null;

  @Nullable()
  @Part('The policy that decided; null where the request ended before a decision.', () => PolicyRef)
  policy!: PolicyRef | null;

  @Parts('Only what was proven.', () => Factor, { maxItems: 10 })
  factors!: Factor[];

  @Nullable()
  @Text('Compact JWS, only when APPROVED.', { max: 131_072, pattern: '^[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$', form: 'a compact JWS' })
  authenticationCode!: string | null;

  @Nullable()
  @Part('Amount, currency, payee and reference as approved; null where nothing is paid.', () => Payment)
  payment!: Payment | null;

  @Timestamp('When the request ended.')
  decidedAt!: string;
}
