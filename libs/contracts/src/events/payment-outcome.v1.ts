import { Amount, Code, Currency, Flag, GatewayTimestamp, OneOf, OptionalOrNull, Part, Text } from '../fields';
import { INITIATORS, INSTRUMENTS, type Initiator, type Instrument } from './facts';
import { AUTHENTICATION_ID } from './sca-requested.v1';

export const PAYMENT_OUTCOMES = ['EXECUTED', 'DECLINED', 'REVERSED', 'REFUNDED', 'FRAUD_REPORTED'] as const;
export type PaymentOutcomeKind = (typeof PAYMENT_OUTCOMES)[number];
export const FRAUD_KINDS = ['UNAUTHORISED', 'MANIPULATED', 'PAYER_FRAUD'] as const;
export type FraudKind = (typeof FRAUD_KINDS)[number];
export const LIABLE_PARTIES = ['self', 'other'] as const;
export type LiableParty = (typeof LIABLE_PARTIES)[number];

/** What the fraud books need of a payment that is not known here. */
export class OutcomeFacts {
  @OptionalOrNull()
  @OneOf('Payment instrument.', INSTRUMENTS)
  instrument?: Instrument | null;

  @OptionalOrNull()
  @Flag('Whether it was a remote payment.')
  remote?: boolean | null;

  @OptionalOrNull()
  @OneOf('Who triggered the payment.', INITIATORS)
  initiator?: Initiator | null;

  @OptionalOrNull()
  @Code('How it was authenticated: SCA, OUT_OF_SCOPE, or the exemption rule.')
  auth?: string | null;
}

/** A fraud report (RTS Article 19). */
export class FraudReport {
  @OneOf('UNAUTHORISED by the payer, payer MANIPULATED into it, or PAYER_FRAUD (not counted in the fraud rate).', FRAUD_KINDS)
  kind!: FraudKind;

  @GatewayTimestamp('When the payment was executed.')
  executedAt!: string;

  @GatewayTimestamp('When the fraud was registered.')
  registeredAt!: string;

  @OptionalOrNull()
  @Amount('How much came back, in the currency of the payment.')
  recovered?: string | null;

  @OptionalOrNull()
  @OneOf('Whether the deploying provider bears the loss (self) or another (other).', LIABLE_PARTIES)
  liable?: LiableParty | null;
}

/** What became of a payment: feeds counters and fraud rates. */
export class PaymentOutcomeV1 {
  @Text("The gateway's id of this outcome.", { max: 128 })
  outcomeId!: string;

  @OptionalOrNull()
  @Text('The authentication; null for payments that never came here.', AUTHENTICATION_ID)
  authenticationId?: string | null;

  @Text('The card or account, as in `payer.instrumentId` of the request.', { max: 128 })
  instrumentId!: string;

  @Text("The gateway's pseudonym of the payer.", { max: 128 })
  payerId!: string;

  @OneOf('What happened.', PAYMENT_OUTCOMES)
  kind!: PaymentOutcomeKind;

  @Amount('The amount that it happened to.')
  amount!: string;

  @Currency('ISO 4217 code.')
  currency!: string;

  @GatewayTimestamp('When it happened.')
  occurredAt!: string;

  @OptionalOrNull()
  @Part('Needed where the payment is not known here.', () => OutcomeFacts)
  facts?: OutcomeFacts | null;

  @OptionalOrNull()
  @Part('With FRAUD_REPORTED.', () => FraudReport)
  fraud?: FraudReport | null;
}
