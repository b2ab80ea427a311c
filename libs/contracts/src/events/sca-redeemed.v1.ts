import { Amount, Currency, Nullable, Text, Timestamp } from '../fields';
import { GATEWAY_ID } from './forms';
import { AUTHENTICATION_ID } from './sca-requested.v1';

/** An authentication code that was used. Refused redemptions are evidence, not this event. */
export class ScaRedeemedV1 {
  @Text('The authentication.', AUTHENTICATION_ID)
  authenticationId!: string;

  @Text('The gateway that asked.', GATEWAY_ID)
  gatewayId!: string;

  @Text('`jti` of the authentication code.', { max: 128 })
  codeId!: string;

  @Nullable()
  @Text("The caller's id of the redemption, if it gave one.", { max: 128 })
  redemptionId!: string | null;

  @Nullable()
  @Amount('The amount redeemed; null where nothing is paid.')
  amount!: string | null;

  @Nullable()
  @Currency('ISO 4217 code; null where nothing is paid.')
  currency!: string | null;

  @Timestamp('When it was redeemed.')
  redeemedAt!: string;
}
