import { Nullable, Text, Timestamp, Whole } from '../fields';
import { GATEWAY_ID } from './forms';
import { AUTHENTICATION_ID } from './sca-requested.v1';

/** One change of the vendor session or of the approval page. */
export class ScaSessionV1 {
  @Text('The authentication.', AUTHENTICATION_ID)
  authenticationId!: string;

  @Text('The gateway that asked.', GATEWAY_ID)
  gatewayId!: string;

  @Whole('1, 2, …: each confirmation opens the next attempt.', { min: 1, max: 1_000_000 })
  attempt!: number;

  @Text("The vendor's status in its exact case, `Not Started` until the payer has confirmed. Open: treat an unknown one as pending.", { max: 64 })
  status!: string;

  @Nullable()
  @Text("Our approval page; null once it can't be used.", { max: 2048 })
  approvalUrl!: string | null;

  @Nullable()
  @Text('Null until the payer has confirmed on our page.', { max: 128 })
  vendorSessionId!: string | null;

  @Timestamp('After this moment the answer is EXPIRED; entering review moves it.')
  expiresAt!: string;

  @Timestamp('When the change happened.')
  occurredAt!: string;
}
