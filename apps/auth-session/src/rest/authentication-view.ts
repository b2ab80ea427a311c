import { ApiProperty } from '@nestjs/swagger';
import type { ScaVerdictV1 } from '@assent/contracts';
import { toRfc3339 } from '@assent/kernel';
import type { AuthenticationRecord } from '../authentication/authentication-record';

/** States as a gateway sees them: what goes on between the payer and the vendor is one of them. */
export const VIEW_STATES = ['PENDING', 'AWAITING_PAYER', 'IN_REVIEW', 'DECIDED'] as const;
export type ViewState = (typeof VIEW_STATES)[number];

/** An authentication over REST. */
export class AuthenticationView {
  @ApiProperty({ example: 'auth-2026-000142' })
  readonly authenticationId!: string;

  @ApiProperty({ enum: VIEW_STATES, description: 'PENDING until it is decided whether the payer is asked; AWAITING_PAYER also while the check is open.' })
  readonly state!: ViewState;

  @ApiProperty({ type: String, nullable: true, description: "Where to send the payer; null while it is not known, and once it can't be used." })
  readonly approvalUrl!: string | null;

  @ApiProperty({ type: 'object', nullable: true, additionalProperties: true, description: 'The body of `sca.verdict`, once there is one.' })
  readonly verdict!: ScaVerdictV1 | null;

  @ApiProperty({ format: 'date-time' })
  readonly createdAt!: string;

  @ApiProperty({ format: 'date-time', description: 'After this moment the answer is EXPIRED.' })
  readonly expiresAt!: string;
}

/** The same as plain data. */
export type AuthenticationAnswer = { readonly [Name in keyof AuthenticationView]: AuthenticationView[Name] };

const STATES = { PENDING: 'PENDING', AWAITING_PAYER: 'AWAITING_PAYER', OPENING: 'AWAITING_PAYER', IN_CHECK: 'AWAITING_PAYER', IN_REVIEW: 'IN_REVIEW', DECIDED: 'DECIDED' } as const;
/** Where the payer has something to do. */
const OPEN: ReadonlySet<AuthenticationRecord['state']['status']> = new Set(['AWAITING_PAYER', 'OPENING', 'IN_CHECK'] as const);

export function viewOf(record: AuthenticationRecord, approvalUrl: string): AuthenticationAnswer {
  const { authenticationId, requestedAtMs, state, verdictRecord } = record;
  return {
    authenticationId,
    state: STATES[state.status],
    approvalUrl: OPEN.has(state.status) ? approvalUrl : null,
    verdict: verdictRecord?.value == null ? null : (JSON.parse(verdictRecord.value.toString('utf8')) as ScaVerdictV1),
    createdAt: toRfc3339(requestedAtMs),
    expiresAt: toRfc3339(state.expiresAtMs),
  };
}

/** The answer to the call that made it, and to every repeat of that call: the same, whatever has happened since. */
export function acceptedView({ authenticationId, requestedAtMs, state }: AuthenticationRecord): AuthenticationAnswer {
  return { authenticationId, state: 'PENDING', approvalUrl: null, verdict: null, createdAt: toRfc3339(requestedAtMs), expiresAt: toRfc3339(state.request.expiresAtMs) };
}
