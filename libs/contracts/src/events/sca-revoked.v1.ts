import { Flag, OneOf, Text, Timestamp } from '../fields';
import { GATEWAY_ID } from './forms';
import { AUTHENTICATION_ID } from './sca-requested.v1';

export const REVOCATION_REASONS = ['VENDOR_OVERTURNED', 'REVIEWER_OVERTURNED', 'PAYER_REPORTED_FRAUD'] as const;
export type RevocationReason = (typeof REVOCATION_REASONS)[number];

/** An approval that no longer stands. */
export class ScaRevokedV1 {
  @Text('The authentication.', AUTHENTICATION_ID)
  authenticationId!: string;

  @Text('The gateway that asked.', GATEWAY_ID)
  gatewayId!: string;

  @Text('`jti` of the authentication code.', { max: 128 })
  codeId!: string;

  @OneOf('Who took it back.', REVOCATION_REASONS)
  reason!: RevocationReason;

  @Flag('Whether the code had been redeemed before.')
  alreadyRedeemed!: boolean;

  @Timestamp('When it was revoked.')
  revokedAt!: string;
}
