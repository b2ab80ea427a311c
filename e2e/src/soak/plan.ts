import { Dice } from './dice';

export type RequestKind =
  /** Within the low-value limit: no payer, no vendor. */
  | 'exempt'
  | 'approve'
  | 'decline'
  /** The payer refuses on the page. */
  | 'refuse'
  /** The payer never comes. */
  | 'never'
  /** The payer comes when the time is over. */
  | 'late'
  /** The payer confirms twice at the same moment. */
  | 'twice'
  /** Two payments by one payer, both open at the same time. */
  | 'pair'
  /** The same message twice. */
  | 'duplicate'
  /** The same content in a new message. */
  | 'resend'
  /** The same id with another amount. */
  | 'conflict'
  | 'poison';

export const POISONS = ['not-json', 'wrong-schema', 'unknown-field', 'foreign-key', 'no-value', 'unknown-type'] as const;
export type Poison = (typeof POISONS)[number];

export interface PlannedRequest {
  readonly kind: RequestKind;
  readonly authenticationId: string;
  readonly payerId: string;
  readonly instrumentId: string;
  readonly amount: string;
  readonly by: 'kafka' | 'rest';
  readonly timeToLiveSeconds: number;
  /** Callers who redeem the code at the same moment, each for itself. */
  readonly redeemers: number;
  readonly poison: Poison | null;
}

export const PROGRAMS_AT_RISK = ['auth-session', 'auth-session-2', 'exemption-engine', 'exemption-engine-2', 'webhook-ingest', 'webhook-ingest-2', 'audit-ledger', 'audit-ledger-2'] as const;
export type ProgramAtRisk = (typeof PROGRAMS_AT_RISK)[number];

export type Wire = 'kafka' | 'postgres' | 'vendor' | 'webhook';

export type FaultKind =
  | { readonly kind: 'kill'; readonly program: ProgramAtRisk }
  /** Asked to stop, it finishes what it can; the supervisor starts it again. */
  | { readonly kind: 'restart'; readonly program: ProgramAtRisk }
  /** SIGSTOP, and SIGCONT when the time is over. */
  | { readonly kind: 'pause'; readonly program: ProgramAtRisk }
  | { readonly kind: 'kill-engine'; readonly engine: 'kafka' | 'postgres' }
  | { readonly kind: 'pause-engine'; readonly engine: 'kafka' }
  | { readonly kind: 'wire'; readonly wire: Wire; readonly weather: 'black-hole' | 'answers-lost' | 'slow' | 'refusing' }
  /** Resets a share of the connections, once. */
  | { readonly kind: 'cut'; readonly wire: Wire; readonly share: number }
  | { readonly kind: 'vendor'; readonly faults: Readonly<Record<string, number>> }
  | { readonly kind: 'webhooks'; readonly mode: 'drop' | 'duplicate' | 'shuffle' | 'delay' };

export interface PlannedFault {
  readonly fault: FaultKind;
  readonly durationMs: number;
}

export interface Plan {
  readonly seed: number;
  readonly requests: readonly PlannedRequest[];
  readonly faults: readonly PlannedFault[];
}

const KINDS: readonly (readonly [number, RequestKind])[] = [
  [36, 'exempt'], [30, 'approve'], [4, 'decline'], [3, 'refuse'], [3, 'never'], [2, 'late'], [4, 'twice'], [4, 'pair'], [4, 'duplicate'], [3, 'resend'], [3, 'conflict'], [4, 'poison'],
];
const VENDOR_FAULTS: readonly [Readonly<Record<string, number>>, ...Readonly<Record<string, number>>[]] = [
  { latencyMs: 1500 },
  { errorRate: 0.5, status: 503 },
  { errorRate: 0.3, status: 500 },
  { dropAfterProcessing: 0.5 },
];
const SHORT_SECONDS = 30;
const LONG_SECONDS = 300;
/** A payer who is torn between two may use up the attempts of both, and then waits for the end. */
const PAIR_SECONDS = 90;

/** The same seed and sizes give the same plan; what the machine makes of it differs from run to run. */
export function planOf(seed: number, sizes: { readonly requests: number; readonly faults: number }): Plan {
  const dice = new Dice(seed);
  const requests: PlannedRequest[] = [];
  while (requests.length < sizes.requests) {
    const request = planRequest(dice, seed, requests.length, sizes.requests);
    requests.push(request);
    if (request.kind === 'pair') requests.push({ ...request, authenticationId: idOf(seed, requests.length), amount: '88.00' });
  }
  const faults = Array.from({ length: sizes.faults }, () => planFault(dice));
  return { seed, requests, faults };
}

const idOf = (seed: number, index: number): string => `soak-${seed}-${String(index).padStart(6, '0')}`;

function planRequest(dice: Dice, seed: number, index: number, total: number): PlannedRequest {
  const kind = dice.weighted(KINDS);
  const authenticationId = idOf(seed, index);
  const isSmall = kind === 'exempt' || kind === 'duplicate' || kind === 'resend' || kind === 'conflict';
  // Payers come again; those who decline and refuse do not, since failures in a row block a payer.
  const comesAgain = kind === 'approve' && dice.chance(0.5);
  return {
    kind,
    authenticationId,
    payerId: comesAgain ? `payer-${seed}-again-${dice.below(Math.max(4, Math.floor(total / 20)))}` : `payer-${seed}-${index}`,
    instrumentId: `card-${seed}-${index}`,
    amount: isSmall ? '2.00' : `${dice.between(50, 900)}.${String(dice.below(100)).padStart(2, '0')}`,
    by: kind === 'duplicate' || kind === 'resend' || kind === 'conflict' || kind === 'poison' || dice.chance(0.6) ? 'kafka' : 'rest',
    timeToLiveSeconds: kind === 'never' || kind === 'late' ? SHORT_SECONDS : kind === 'pair' ? PAIR_SECONDS : LONG_SECONDS,
    redeemers: dice.chance(0.2) ? 3 : 1,
    poison: kind === 'poison' ? dice.pick(POISONS) : null,
  };
}

function planFault(dice: Dice): PlannedFault {
  const fault = dice.weighted<() => FaultKind>([
    [30, () => ({ kind: 'kill', program: dice.pick(PROGRAMS_AT_RISK) })],
    [8, () => ({ kind: 'restart', program: dice.pick(PROGRAMS_AT_RISK) })],
    [12, () => ({ kind: 'pause', program: dice.pick(PROGRAMS_AT_RISK) })],
    [4, () => ({ kind: 'kill-engine', engine: 'kafka' })],
    [4, () => ({ kind: 'kill-engine', engine: 'postgres' })],
    [3, () => ({ kind: 'pause-engine', engine: 'kafka' })],
    [15, () => ({ kind: 'wire', wire: dice.pick(['kafka', 'postgres', 'vendor', 'webhook']), weather: dice.pick(['black-hole', 'answers-lost', 'slow', 'refusing']) })],
    [12, () => ({ kind: 'cut', wire: dice.pick(['kafka', 'postgres', 'vendor', 'webhook']), share: dice.pick([0.3, 0.6, 1]) })],
    [10, () => ({ kind: 'vendor', faults: dice.pick(VENDOR_FAULTS) })],
    [10, () => ({ kind: 'webhooks', mode: dice.pick(['drop', 'duplicate', 'shuffle', 'delay']) })],
  ])();
  return { fault, durationMs: dice.between(500, 4000) };
}

export function nameOf({ fault }: PlannedFault): string {
  switch (fault.kind) {
    case 'kill':
    case 'restart':
    case 'pause':
      return `${fault.kind} ${fault.program}`;
    case 'kill-engine':
    case 'pause-engine':
      return `${fault.kind === 'kill-engine' ? 'kill' : 'pause'} ${fault.engine}`;
    case 'wire':
      return `${fault.wire} ${fault.weather}`;
    case 'cut':
      return `${fault.wire} cut`;
    case 'vendor':
      return `vendor ${Object.keys(fault.faults).join(' ')}`;
    case 'webhooks':
      return `webhooks ${fault.mode}`;
  }
}
