/** What the generator makes: payments of a year, with instruments, amounts, authentication and fraud in ordinary proportions. */
export interface SyntheticOptions {
  readonly payments: number;
  /** The same seed gives the same payments, for ever. */
  readonly seed: number;
  readonly year: number;
}

export interface SyntheticPayment {
  readonly at: string;
  readonly instrumentId: string;
  readonly instrument: 'card' | 'credit_transfer';
  readonly channel: 'remote' | 'contactless_pos';
  readonly initiator: 'payer' | 'payee';
  readonly amount: string;
  readonly currency: 'EUR';
  readonly auth: string;
  readonly fraud: boolean;
  readonly monitoring: boolean;
  readonly riskScore: number;
  readonly riskFactor: boolean;
  readonly trustedPayee: boolean;
}

/** Mulberry32: small, and the same everywhere. Not for secrets. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const INSTRUMENTS_MAX = 20_000;
const PAYMENTS_PER_INSTRUMENT = 50;
/** Of all payments. */
const SHARES = { creditTransfer: 0.15, contactless: 0.25, payeeInitiated: 0.08, trusted: 0.04, monitoringDown: 0.002 };
/** Amounts are log-normal: half of them below 24 euro, a long tail. */
const AMOUNT = { medianLog: Math.log(24), spread: 1.1, maxEuro: 5000 };
/** Chance of fraud by path, and how much a high score raises it: fraud sits where the check is weak. */
const FRAUD = { SCA: 0.000_08, EX11: 0.000_1, EX13: 0.000_05, EX16: 0.000_12, EX18: 0.000_5, OUT_OF_SCOPE: 0.000_3, highScoreFactor: 20 } as const;
const HIGH_SCORE = 60;

/**
 * Payments in the order of time. Each one is: a card (85 %) or a transfer; remote (75 %) or contactless; by the payer (92 %) or the payee. Its risk
 * score is low for most (the square of a random number), above 60 for one in ten. It went then as an ordinary provider sends it: up to 30 euro half
 * of the remote ones by Article 16, up to 100 euro a quarter of those with a low score by Article 18, contactless up to 50 euro by Article 11, to
 * trusted payees by Article 13, all others with authentication. Fraud comes by chance, by path and score (`FRAUD`).
 */
export function* syntheticPayments({ payments, seed, year }: SyntheticOptions): Generator<SyntheticPayment> {
  const random = randomFrom(seed);
  const instruments = Math.max(1, Math.min(INSTRUMENTS_MAX, Math.ceil(payments / PAYMENTS_PER_INSTRUMENT)));
  const beginMs = Date.UTC(year, 0);
  const stepMs = (Date.UTC(year + 1, 0) - beginMs) / payments;
  for (let i = 0; i < payments; i++) {
    const instrument = random() < SHARES.creditTransfer ? 'credit_transfer' : 'card';
    const channel = instrument === 'card' && random() < SHARES.contactless ? 'contactless_pos' : 'remote';
    const initiator = channel === 'remote' && random() < SHARES.payeeInitiated ? 'payee' : 'payer';
    const cents = amountCents(random);
    const riskScore = Math.round(100 * random() ** 2);
    const trustedPayee = channel === 'remote' && random() < SHARES.trusted;
    const auth = initiator === 'payee' ? 'OUT_OF_SCOPE' : pathThen(channel, cents, riskScore, trustedPayee, random());
    const chance = FRAUD[auth] * (riskScore > HIGH_SCORE ? FRAUD.highScoreFactor : 1);
    yield {
      at: new Date(beginMs + Math.floor(i * stepMs)).toISOString(),
      instrumentId: `i-${Math.floor(random() * instruments)}`,
      instrument,
      channel,
      initiator,
      amount: `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`,
      currency: 'EUR',
      auth,
      fraud: random() < chance,
      monitoring: random() >= SHARES.monitoringDown,
      riskScore,
      riskFactor: riskScore > HIGH_SCORE,
      trustedPayee,
    };
  }
}

type Path = Exclude<keyof typeof FRAUD, 'highScoreFactor'>;

function pathThen(channel: string, cents: number, riskScore: number, trusted: boolean, chance: number): Path {
  if (channel === 'contactless_pos') return cents <= 5_000 ? 'EX11' : 'SCA';
  if (trusted) return 'EX13';
  if (cents <= 3_000 && chance < 0.5) return 'EX16';
  return cents <= 10_000 && riskScore <= 30 && chance < 0.25 ? 'EX18' : 'SCA';
}

function amountCents(random: () => number): number {
  // Box and Muller; the first number is kept above zero.
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const euro = Math.exp(AMOUNT.medianLog + AMOUNT.spread * normal);
  return Math.max(1, Math.min(AMOUNT.maxEuro * 100, Math.round(euro * 100)));
}
