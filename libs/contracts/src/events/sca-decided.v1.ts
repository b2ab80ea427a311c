import {
  Code,
  CodeList,
  Displayed,
  Flag,
  Nullable,
  OneOf,
  OpenObject,
  OpenObjects,
  OptionalOrNull,
  Part,
  Parts,
  Sha256Hex,
  Text,
  Timestamp,
  Whole,
} from '../fields';
import { ACTIONS, type Action } from './actions';
import { GATEWAY_ID, VERSION } from './forms';
import { Payer } from './payer';
import { Payment } from './payment';
import { AUTHENTICATION_ID, REVIEW_SECONDS } from './sca-requested.v1';

export const DECISIONS = ['EXEMPT', 'SCA_REQUIRED', 'OUT_OF_SCOPE', 'SCA_BEST_EFFORT', 'SCA_PROHIBITED', 'SCA_PERMITTED'] as const;
export type Decision = (typeof DECISIONS)[number];

/** What one rule found, in the order in which the rules were tried. */
export class RuleOutcome {
  @Code('Id of the rule, for example EX16.')
  rule!: string;

  @Flag('Whether all conditions of the rule are met.')
  passed!: boolean;

  @CodeList('Why, in order.')
  reasons!: string[];

  @OpenObject('The facts that the rule used, as it used them.')
  evidence!: Record<string, unknown>;
}

/** The policy that decided. */
export class PolicyRef {
  @Text('Id of the policy.', { max: 128 })
  id!: string;

  @Whole('Version of the policy; published versions never change.', VERSION)
  version!: number;
}

/** What is required beyond two factors, and the compiled rules for what the vendor reports later. */
export class StepUp {
  @CodeList('What is required at once.')
  required!: string[];

  @Whole('Version of the rules.', VERSION)
  rulesVersion!: number;

  @OpenObjects('Compiled step-up rules, which auth-session applies to what the vendor reports about device and place.', { maxItems: 200 })
  rules!: Record<string, unknown>[];
}

/** What auth-session needs of the request. */
export class DecidedRequest {
  @OneOf('What the payer is to authenticate for.', ACTIONS)
  action!: Action;

  @Part('Who is to authenticate.', () => Payer)
  payer!: Payer;

  @Nullable()
  @Part('What is paid, as requested; null where nothing is.', () => Payment)
  payment!: Payment | null;

  @Nullable()
  @Displayed('What the payer approves, in words; null where the payment says it.', { max: 140 })
  description!: string | null;

  @Nullable()
  @Text("Where the payer's browser goes afterwards.", { max: 2048 })
  returnUrl!: string | null;

  @Whole('How long a case in review may take.', REVIEW_SECONDS)
  reviewSeconds!: number;

  @Timestamp("The broker's append time of the request; for REST callers the database's time.")
  requestedAt!: string;

  @Timestamp('After this moment the answer is EXPIRED.')
  expiresAt!: string;
}

/** Whether strong customer authentication is needed, and why. */
export class ScaDecidedV1 {
  @Text('The authentication.', AUTHENTICATION_ID)
  authenticationId!: string;

  @Text('The gateway that asked.', GATEWAY_ID)
  gatewayId!: string;

  @Sha256Hex("SHA-256 (hex) of the RFC 8785 form of the request's body: a decision about other content is refused.")
  requestHash!: string;

  @OneOf('The decision.', DECISIONS)
  decision!: Decision;

  @Nullable()
  @Code('The exemption that applies, or null.')
  exemption!: string | null;

  @CodeList('Why, in order.')
  reasons!: string[];

  @Parts('What each rule found, in order.', () => RuleOutcome, { maxItems: 100 })
  rules!: RuleOutcome[];

  @Text('The regime whose thresholds were used, for example EU.', { max: 64 })
  profile!: string;

  @Part('The policy that decided.', () => PolicyRef)
  policy!: PolicyRef;

  @Nullable()
  @Part('Null, or what is required beyond two factors.', () => StepUp)
  stepUp!: StepUp | null;

  @OptionalOrNull()
  @OpenObject('Who bears the loss if the payment proves unauthorised.')
  liability?: Record<string, unknown> | null;

  @OptionalOrNull()
  @OpenObject('The decision in the fields of EMV 3DS, ISO 20022 and the schemes.')
  transport?: Record<string, unknown> | null;

  @Part('What auth-session needs of the request.', () => DecidedRequest)
  request!: DecidedRequest;

  @Timestamp('When it was decided.')
  decidedAt!: string;
}
