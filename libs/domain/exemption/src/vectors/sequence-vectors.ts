import { currencyDigits } from '@assent/kernel';
import { applyToCounter, type Counter, EMPTY_COUNTER, type Share, spentOf } from '../counters/counter';
import { countingOf, counterResetBy, weightInCounter } from '../counters/counting';
import type { CounterKind } from '../facts';
import { formatFraction } from '../fraction';
import { type ReadFacts, readFacts, withDefaults } from '../read-facts';
import { decideWritten } from './decision-vectors';
import { type ExpectedCounters, type JsonObject, sameJson, type SequenceStep, type SequenceVector, type VectorResult } from './vector-file';

const INSTRUMENT_BY_DEFAULT = 'card-1';
const SWITCHES = ['counterReading', 'counterScope', 'lowValueMode', 'contactlessMode'] as const;

interface StepAnswer {
  readonly decision: string | null;
  readonly exemption: string | null;
  readonly counters: ExpectedCounters;
}

/**
 * Runs one sequence of payments, holds, refunds and authentications over counters of their own; after each step the decision and the
 * committed counters must agree.
 */
export function runSequenceVector({ id, config, steps }: SequenceVector, defaults: JsonObject): VectorResult {
  const run = new SequenceRun(config, defaults);
  const answers = steps.map((step) => run.take(step));
  const pass = answers.every((answer, i) => {
    const expected = steps[i]?.expect;
    return expected !== undefined && sameJson(answer, { decision: expected.decision, exemption: expected.exemption, counters: expected.counters });
  });
  return { id, pass, actual: answers };
}

interface Held {
  readonly instrument: string;
  readonly kind: CounterKind;
  readonly share: Share;
}

class SequenceRun {
  private readonly counters = new Map<string, Readonly<Record<CounterKind, Counter>>>();
  private readonly holds = new Map<string, Held>();
  private config: JsonObject;
  private currency = 'EUR';

  constructor(
    config: JsonObject,
    private readonly defaults: JsonObject,
  ) {
    this.config = config;
  }

  take(step: SequenceStep): StepAnswer {
    const instrument = step.instrumentId ?? (step.ref === undefined ? undefined : this.holds.get(step.ref)?.instrument) ?? INSTRUMENT_BY_DEFAULT;
    const [decision, exemption] = this.perform(step, instrument);
    return { decision, exemption, counters: this.show(instrument) };
  }

  private perform(step: SequenceStep, instrument: string): [string | null, string | null] {
    switch (step.op) {
      case 'pay':
        return step.scaPerformed === true
          ? this.authenticate(step, instrument)
          : this.decide(step, instrument, step.executed === false ? 'RELEASE' : 'EXECUTE');
      case 'reserve':
        return this.decide(step, instrument, 'HOLD');
      case 'commit':
      case 'release':
        return this.settle(step.ref ?? '', step.op === 'commit' ? 'EXECUTE' : 'RELEASE');
      case 'set_mode':
        return this.setMode(step);
      // Refunds give nothing back, and authenticating a log-in resets nothing.
      case 'refund':
      case 'login_sca':
        return [null, null];
      default:
        throw new Error(`a sequence vector has an unknown step: ${step.op}`);
    }
  }

  private decide(step: SequenceStep, instrument: string, then: 'HOLD' | 'EXECUTE' | 'RELEASE'): [string, string | null] {
    const written = this.read(step);
    const counters = this.of(instrument);
    const facts = { ...written.facts, counters: { lowValue: spentOf(counters.lowValue), contactless: spentOf(counters.contactless) } };
    const decision = decideWritten({ ...written, facts });
    const counting = countingOf(decision, facts, written.settings);
    if (counting?.spends === true) {
      const amount = weightInCounter(counting.kind, facts, written.profile, written.settings);
      const { counter, share } = applyToCounter({ counter: counters[counting.kind], share: null }, { type: 'HOLD', amount });
      this.counters.set(instrument, { ...counters, [counting.kind]: counter });
      const ref = step.ref ?? '(at once)';
      if (share !== null) this.holds.set(ref, { instrument, kind: counting.kind, share });
      if (then !== 'HOLD') this.settle(ref, then);
    }
    return [decision.decision, decision.exemption];
  }

  private settle(ref: string, type: 'EXECUTE' | 'RELEASE'): [null, null] {
    const hold = this.holds.get(ref);
    if (hold === undefined) return [null, null];
    const { instrument, kind, share } = hold;
    const counters = this.of(instrument);
    const settled = applyToCounter({ counter: counters[kind], share }, type === 'EXECUTE' ? { type, amount: share.amount } : { type });
    this.counters.set(instrument, { ...counters, [kind]: settled.counter });
    if (settled.share !== null) this.holds.set(ref, { ...hold, share: settled.share });
    return [null, null];
  }

  private authenticate(step: SequenceStep, instrument: string): [string, null] {
    const { facts } = this.read(step);
    const kind = counterResetBy(facts.action, facts.channel);
    const counters = this.of(instrument);
    if (kind !== null)
      this.counters.set(instrument, { ...counters, [kind]: applyToCounter({ counter: counters[kind], share: null }, { type: 'AUTHENTICATE' }).counter });
    return ['SCA_PERFORMED', null];
  }

  /** The switch may stand in the step itself, in what it is given, or in a `config` of either. */
  private setMode(step: SequenceStep): [null, null] {
    const places: unknown[] = [step['config'], step.given?.['config'], step.given, step];
    const changed = places.flatMap((place) =>
      typeof place === 'object' && place !== null
        ? SWITCHES.filter((name) => Object.hasOwn(place, name)).map((name) => [name, (place as JsonObject)[name]])
        : [],
    );
    this.config = { ...this.config, ...(Object.fromEntries(changed) as JsonObject) };
    return [null, null];
  }

  private read(step: SequenceStep): ReadFacts {
    const read = readFacts(withDefaults(withDefaults({ config: this.config }, step.given ?? {}), this.defaults));
    if (!read.ok) throw new Error(`a sequence vector has unreadable facts: ${read.error.map(({ field }) => field).join(', ')}`);
    this.currency = read.value.profile.currency;
    return read.value;
  }

  private of(instrument: string): Readonly<Record<CounterKind, Counter>> {
    return this.counters.get(instrument) ?? { lowValue: EMPTY_COUNTER, contactless: EMPTY_COUNTER };
  }

  private show(instrument: string): ExpectedCounters {
    const { lowValue, contactless } = this.of(instrument);
    const tally = ({ committed }: Counter) => ({ cumulative: formatFraction(committed.amount, currencyDigits(this.currency) ?? 0), count: committed.count });
    return { lowValue: tally(lowValue), contactless: tally(contactless) };
  }
}
