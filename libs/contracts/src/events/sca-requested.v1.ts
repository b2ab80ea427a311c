import { Displayed, OneOf, Optional, Part, Text, Whole, WordOrList } from '../fields';
import { ACTIONS, EXEMPTION_RULES, type Action, type ExemptionRule } from './actions';
import { Facts } from './facts';
import { Payer } from './payer';
import { Payment } from './payment';

export const AUTHENTICATION_ID = { min: 8, max: 64, pattern: '^[A-Za-z0-9_-]*$', form: 'letters, digits, underscores and hyphens' } as const;

const SOFT_DECLINE_CODE = { max: 32, pattern: '^[A-Za-z0-9_.-]*$', form: 'letters, digits, underscores, points and hyphens' } as const;

export const TIME_TO_LIVE_SECONDS = { min: 30, max: 900, default: 300 } as const;
export const REVIEW_SECONDS = { min: 0, max: 86_400, default: 0 } as const;

/** This request follows a soft decline of an earlier one: no exemption is tried again, and never twice. */
export class RetryOf {
  @Text('The authentication id whose payment was softly declined.', AUTHENTICATION_ID)
  authenticationId!: string;

  @Text("The scheme's or provider's soft-decline code, for example 65, 1A or 20154.", SOFT_DECLINE_CODE)
  softDeclineCode!: string;
}

/** Somebody wants to log in, pay, or do a risky action. Unknown fields are refused: a typo in a fact must not silently mean "absent". */
export class ScaRequestedV1 {
  @Text(
    'Made by the caller before it sends. With the gateway it is the identity of the request: same content again gives the same answer, other content is refused.',
    AUTHENTICATION_ID,
  )
  authenticationId!: string;

  @OneOf('What the payer is to authenticate for.', ACTIONS)
  action!: Action;

  @Part('Who is to authenticate.', () => Payer)
  payer!: Payer;

  @Optional()
  @Part('What is paid. Required for payment, series_create, series_amend, mandate_setup and (payee only) trusted_list_*; refused for all else.', () => Payment)
  payment?: Payment;

  @Optional()
  @Displayed('What the payer approves, in words. Required for every risky action that has no payment; shown and bound like one.', { max: 140 })
  description?: string;

  @Optional()
  @Part('What only the gateway knows for the exemption rules.', () => Facts)
  facts?: Facts;

  @Optional()
  @WordOrList(
    'Which exemptions may be tried: ANY (default), NONE, or an ordered list of rules. The gateway may ask for less than the policy allows, never for more.',
    ['ANY', 'NONE'],
    EXEMPTION_RULES,
  )
  exemptions?: 'ANY' | 'NONE' | ExemptionRule[];

  @Optional()
  @Text("Where the payer's browser goes afterwards: an https URL on the gateway's allowlist. A redirect, never an answer.", {
    max: 2048,
    pattern: '^https?://[^\\s\\p{Cc}\\p{Cs}\\\\]+$',
    form: 'an https URL',
  })
  returnUrl?: string;

  @Optional()
  @Part('Follows a soft decline of an earlier request.', () => RetryOf)
  retryOf?: RetryOf;

  @Optional()
  @Whole('After this time the request is EXPIRED, whatever arrives later. Default 300.', TIME_TO_LIVE_SECONDS)
  timeToLiveSeconds?: number;

  @Optional()
  @Whole('How long a case in review may take. Default 0: a review ends the request as DECLINED.', REVIEW_SECONDS)
  reviewSeconds?: number;
}
