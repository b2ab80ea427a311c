import { Optional, Text } from '../fields';

/** Who is to authenticate. */
export class Payer {
  @Text("The gateway's pseudonym of the payer, unique in its namespace. Never a name or an e-mail address.", { max: 128 })
  id!: string;

  @Optional()
  @Text('For payments: the card or account, as a pseudonym. Counters hang on it: without it no exemption with a counter applies.', { max: 128 })
  instrumentId?: string;

  @Optional()
  @Text("BCP 47 language of the approval page and of the vendor's check.", {
    min: 2,
    max: 35,
    pattern: '^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$',
    form: 'a BCP 47 language tag, for example "en" or "pt-BR"',
  })
  locale?: string;
}
