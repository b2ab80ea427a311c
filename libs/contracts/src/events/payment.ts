import { Amount, Currency, Displayed, OneOf, Optional, Part, Parts, Text } from '../fields';

export const PAYMENT_KINDS = ['single', 'card_blocked', 'batch'] as const;
export type PaymentKind = (typeof PAYMENT_KINDS)[number];

/** A batch is one message, so what fits into 64 KiB is the other limit. */
export const PAYEES_MAX = 1000;
/** Printable ASCII without blanks at the ends: an account that only looks like another one (other alphabets, hidden characters) is none. */
const ACCOUNT = { max: 64, pattern: '^[!-~]( ?[!-~])*$', form: 'printable ASCII characters, single blanks between them at most' } as const;
const NAME_MAX = 140;

/** Who is paid: shown to the payer and bound into the authentication code (RTS Article 5). */
export class Payee {
  @Text("IBAN, or a scheme's account number. What looks like an IBAN must be a valid one.", ACCOUNT)
  account!: string;

  @Displayed('Name of the payee as the payer is to see it.', { max: NAME_MAX })
  name!: string;

  @Optional()
  @Text('Merchant id.', { max: 64 })
  id?: string;
}

/** One payee of a batch. */
export class BatchPayee {
  @Text("IBAN, or a scheme's account number. What looks like an IBAN must be a valid one.", ACCOUNT)
  account!: string;

  @Displayed('Name of the payee as the payer is to see it.', { max: NAME_MAX })
  name!: string;

  @Amount("This payee's part of the total, in the currency of the payment.")
  amount!: string;
}

/** What is paid. Which fields must be there depends on the action and on `kind`. */
export class Payment {
  @Optional()
  @Amount('The amount, for a batch the total. Required for payment, series_create, series_amend and mandate_setup.')
  amount?: string;

  @Optional()
  @Currency('ISO 4217 code; goes with the amount.')
  currency?: string;

  @Optional()
  @Part('The payee; for a batch `payees` instead.', () => Payee)
  payee?: Payee;

  @Optional()
  @Parts('The payees of a batch; their amounts add up to `amount`.', () => BatchPayee, { minItems: 1, maxItems: PAYEES_MAX })
  payees?: BatchPayee[];

  @Optional()
  @OneOf('What the code binds: amount and payee (single, the default), blocked amount and payee (card_blocked), total and payees (batch).', PAYMENT_KINDS)
  kind?: PaymentKind;

  @Optional()
  @Text("The gateway's transaction reference.", { max: 64 })
  reference?: string;
}
