/** What the command line says of an authentication. */
export interface AuthenticateOptions {
  readonly action: string;
  readonly payer: string;
  readonly instrument: string;
  readonly amount: string;
  readonly currency: string;
  readonly account: string;
  readonly name: string;
  readonly reference?: string;
  readonly description?: string;
  readonly locale?: string;
  readonly returnUrl?: string;
  readonly timeToLive?: string;
}

const WITH_PAYMENT = new Set(['payment', 'series_create', 'series_amend', 'mandate_setup']);
const WITH_PAYEE = new Set([...WITH_PAYMENT, 'trusted_list_create', 'trusted_list_amend']);

/** The body of the request as the contract writes it. The service checks it: what is wrong is said by its answer. */
export function requestBody(options: AuthenticateOptions): Record<string, unknown> {
  const { action, timeToLive } = options;
  const payee = { account: options.account, name: options.name };
  const payment = {
    ...(WITH_PAYMENT.has(action) ? { amount: options.amount, currency: options.currency } : {}),
    ...(WITH_PAYEE.has(action) ? { payee } : {}),
    ...(options.reference === undefined ? {} : { reference: options.reference }),
  };
  return {
    action,
    payer: {
      id: options.payer,
      ...(WITH_PAYMENT.has(action) ? { instrumentId: options.instrument } : {}),
      ...(options.locale === undefined ? {} : { locale: options.locale }),
    },
    ...(Object.keys(payment).length === 0 ? {} : { payment }),
    ...(options.description === undefined ? {} : { description: options.description }),
    ...(options.returnUrl === undefined ? {} : { returnUrl: options.returnUrl }),
    ...(timeToLive === undefined ? {} : { timeToLiveSeconds: Number(timeToLive) }),
  };
}
