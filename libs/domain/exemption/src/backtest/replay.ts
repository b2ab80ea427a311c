import { applyToCounter, type Counter, EMPTY_COUNTER, spentOf } from '../counters/counter';
import { countingOf, counterResetBy, weightInCounter } from '../counters/counting';
import type { Decision } from '../evaluate';
import type { CounterKind, Facts, RiskFlags } from '../facts';
import { UNKNOWN_FACTS } from '../facts';
import { assume, decideRequest, type Wish } from '../policy/decide-request';
import type { Policy } from '../policy/policy';
import type { BandState } from '../risk-books/cessation';
import { closeQuarter } from '../risk-books/band-watch';
import type { FraudRate, Quarter } from '../risk-books/fraud-rate';

/** One payment of the past: what was known of it then, how it was authenticated, and whether it was fraud. */
export interface PastPayment {
  readonly quarter: Quarter;
  readonly instrumentId: string;
  readonly instrument: 'card' | 'credit_transfer';
  readonly channel: Facts['channel'];
  readonly initiator: Facts['initiator'];
  /** Minor units of the profile's currency. */
  readonly amountMinor: bigint;
  /** `SCA`, the exemption, `OUT_OF_SCOPE`, or `NONE`. */
  readonly auth: string;
  readonly fraud: boolean;
  readonly monitoringAvailable: boolean;
  readonly riskScore: number | null;
  /** Whether any of the six factors was present; null: not assessed. */
  readonly riskFactor: boolean | null;
  readonly trustedPayee: boolean;
}

/** Sums of payments that one policy sends one way. Values in minor units. */
export interface PathTally {
  payments: number;
  value: bigint;
  fraudPayments: number;
  fraudValue: bigint;
  /** Of the squares of fraudulent amounts, in units of the currency: what the confidence is made of. */
  fraudSquares: number;
}

/** The way of a payment: how it went then, and how the policy would send it. */
export interface Movement extends PathTally {
  readonly instrument: 'card' | 'credit_transfer';
  readonly remote: boolean;
  readonly from: string;
  readonly to: string;
}

const ANY: Wish = { exemptions: 'ANY', retriesSoftDecline: false };
const NO_RISK: RiskFlags = {
  abnormalSpending: false,
  unusualDevice: false,
  malware: false,
  knownFraudScenario: false,
  abnormalPayerLocation: false,
  highRiskPayeeLocation: false,
};
const RISK: RiskFlags = { ...NO_RISK, knownFraudScenario: true };
const UNASSESSED: RiskFlags = { ...NO_RISK, knownFraudScenario: null };
const ON_LIST = { onList: true, createdVia: 'aspsp', scaAtCreation: true } as const;
const NOT_ON_LIST = { onList: false, createdVia: null, scaAtCreation: null } as const;

interface Counters {
  lowValue: Counter;
  contactless: Counter;
}

/** The way of a decision, as the books call it. */
export function pathOf({ decision, exemption }: Decision): string {
  if (decision === 'EXEMPT') return exemption ?? 'NONE';
  return decision === 'OUT_OF_SCOPE' ? decision : 'SCA';
}

/**
 * Sends payments of the past through one policy, in their order: counters move, authentication resets them and is taken to succeed, and risk
 * analysis stands on the rates and bands of the quarters before. Memory grows with instruments, not with payments.
 */
export class Replay {
  readonly movements = new Map<string, Movement>();
  private readonly counters = new Map<string, Counters>();
  private riskOf: Readonly<Record<'card' | 'credit_transfer', Facts['riskAnalysis']>>;
  private readonly states = { card: new Map<bigint, BandState>(), credit_transfer: new Map<bigint, BandState>() };

  constructor(readonly policy: Policy) {
    const audited = { ...UNKNOWN_FACTS.riskAnalysis, yearlyAudit: policy.audits.yearlyOn !== null, firstYearExternalAudit: policy.audits.externalOn !== null };
    this.riskOf = { card: audited, credit_transfer: audited };
  }

  /** Ends a quarter: its rates are what the next one stands on (Articles 18 to 20). */
  closeQuarter(rates: Readonly<Record<'card' | 'credit_transfer', FraudRate>>): void {
    this.riskOf = { card: this.closed('card', rates.card), credit_transfer: this.closed('credit_transfer', rates.credit_transfer) };
  }

  take(payment: PastPayment): Decision {
    const counters = this.countersOf(payment.instrumentId);
    const facts = this.factsOf(payment, counters);
    const decision = decideRequest(facts, this.policy, ANY);
    this.move(counters, decision, facts);
    this.tally(payment, pathOf(decision));
    return decision;
  }

  private factsOf(payment: PastPayment, { lowValue, contactless }: Counters): Facts {
    const risk = this.riskOf[payment.instrument];
    const flags = payment.riskFactor === null ? UNASSESSED : payment.riskFactor ? RISK : NO_RISK;
    return assume(
      {
        ...UNKNOWN_FACTS,
        instrument: payment.instrument,
        channel: payment.channel,
        initiator: payment.initiator,
        amount: { minor: payment.amountMinor, currency: this.policy.profile.currency },
        localLimits: this.policy.localLimits,
        monitoringAvailable: payment.monitoringAvailable,
        counters: { lowValue: spentOf(lowValue), contactless: spentOf(contactless) },
        payeeList: payment.trustedPayee ? ON_LIST : NOT_ON_LIST,
        riskAnalysis: { ...risk, flags, score: payment.riskScore },
      },
      this.policy,
    ).facts;
  }

  private closed(instrument: 'card' | 'credit_transfer', rate: FraudRate): Facts['riskAnalysis'] {
    const states = this.states[instrument];
    for (const { threshold, to } of closeQuarter(this.policy.profile.riskBands[instrument], states, rate)) states.set(threshold, to);
    const inState = (...wanted: readonly BandState[]): bigint[] => [...states].filter(([, state]) => wanted.includes(state)).map(([threshold]) => threshold);
    return {
      ...this.riskOf[instrument],
      fraudRate: rate,
      exceededConsecutiveQuarters: new Map(inState('WARNED').map((threshold) => [threshold, 1])),
      ceasedThresholds: new Set(inState('CEASED', 'RECOVERABLE')),
    };
  }

  private countersOf(instrumentId: string): Counters {
    const known = this.counters.get(instrumentId);
    if (known !== undefined) return known;
    const clean = { lowValue: EMPTY_COUNTER, contactless: EMPTY_COUNTER };
    this.counters.set(instrumentId, clean);
    return clean;
  }

  /** What was executed then is executed now: a hold and its execution in one. */
  private move(counters: Counters, decision: Decision, facts: Facts): void {
    const { settings, profile } = this.policy;
    const counting = countingOf(decision, facts, settings);
    if (counting?.spends === true) {
      const kind: CounterKind = counting.kind;
      const held = applyToCounter({ counter: counters[kind], share: null }, { type: 'HOLD', amount: weightInCounter(kind, facts, profile, settings) });
      counters[kind] = held.share === null ? held.counter : applyToCounter(held, { type: 'EXECUTE', amount: held.share.amount }).counter;
    } else if (pathOf(decision) === 'SCA') {
      const kind = counterResetBy(facts.action, facts.channel);
      if (kind !== null) counters[kind] = applyToCounter({ counter: counters[kind], share: null }, { type: 'AUTHENTICATE' }).counter;
    }
  }

  private tally({ instrument, channel, auth, amountMinor, fraud }: PastPayment, to: string): void {
    const remote = channel === 'remote' || channel === null;
    const name = `${instrument} ${remote ? 'r' : 'p'} ${auth} ${to}`;
    let movement = this.movements.get(name);
    if (movement === undefined) {
      movement = { instrument, remote, from: auth, to, payments: 0, value: 0n, fraudPayments: 0, fraudValue: 0n, fraudSquares: 0 };
      this.movements.set(name, movement);
    }
    movement.payments++;
    movement.value += amountMinor;
    if (!fraud) return;
    movement.fraudPayments++;
    movement.fraudValue += amountMinor;
    movement.fraudSquares += (Number(amountMinor) / 100) ** 2;
  }
}
