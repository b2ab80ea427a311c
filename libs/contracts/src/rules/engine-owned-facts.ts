const OWN = "is the engine's own and is not taken from a gateway: leave it out";

const OWN_OF_SERIES = `${OWN}, since facts.series.id says which series it is`;

/** What a gateway may be tempted to send, with the sentence that says why it is refused or where it stands. */
const SENTENCES: ReadonlyMap<string, string> = new Map([
  ...['counters', 'payeeList', 'tra', 'config', 'profile', 'localThresholds', 'consider', 'asOf'].map((name) => [`facts.${name}`, OWN] as const),
  ...['isSeries', 'first', 'amended', 'sameAmount', 'samePayee', 'firstHadSca'].map((name) => [`facts.series.${name}`, OWN_OF_SERIES] as const),
  ['facts.amount', 'stands in payment.amount and payment.currency: leave it out here'],
  ['facts.action', 'stands in action: leave it out here'],
  ['gatewayId', "is not taken from the body, since the message's key and source (or the API key) say it: leave it out"],
]);

export const wordUnknownRequestField = (path: string): string | null => SENTENCES.get(path) ?? null;
