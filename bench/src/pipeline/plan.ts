import { parseArgs } from 'node:util';
import type { Offer } from './driver/driver';
import type { Phase } from './turn';
import { VARIANTS } from './variants';
import type { Variant, VariantName } from './variants/variant';

export interface Load {
  readonly warmUp: readonly Offer[];
  readonly phases: readonly Phase[];
}

export interface Plan {
  readonly rounds: number;
  readonly variants: readonly Variant[];
  readonly fetchesPage: boolean;
  readonly profileTo: string | null;
  readonly readingsTo: string | null;
  /** What the broker is warmed with: a fresh one gives a third of its speed. */
  readonly brokerWarmUp: Offer;
  loadOf(variant: VariantName): Load;
}

/** Outstanding requests where as many are offered as a variant takes. */
const WINDOW = 1000;
const PACED_SECONDS = { quick: 6, full: 20 };

/** How many a saturated phase offers, and how many come before it: about 10 to 20 s of work each for its variant. */
const COUNTS: Readonly<Record<VariantName, { readonly saturated: number; readonly warmUp: number }>> = {
  ours: { saturated: 8000, warmUp: 3000 },
  bare: { saturated: 16000, warmUp: 3000 },
  usual: { saturated: 1500, warmUp: 400 },
  careful: { saturated: 1200, warmUp: 300 },
};
const QUICK_SHARE = 0.3;
const BROKER_WARM_UP = { quick: 6000, full: 24000 };

/** @throws where an option is unknown or has a value that means nothing */
export function planOf(quick: boolean, args: readonly string[]): Plan {
  const { values } = parseArgs({
    args: args.filter((argument) => argument !== '--json' && argument !== '--quick'),
    options: {
      rounds: { type: 'string', default: quick ? '1' : '3' },
      variants: { type: 'string', default: VARIANTS.map(({ name }) => name).join(',') },
      phases: { type: 'string', default: 'sca,exempt,10,50' },
      page: { type: 'boolean', default: false },
      profile: { type: 'string' },
      readings: { type: 'string' },
    },
  });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds is a whole number from 1 on');
  const phases = values.phases.split(',');
  const seconds = quick ? PACED_SECONDS.quick : PACED_SECONDS.full;
  return {
    rounds,
    variants: values.variants.split(',').map(variantOf),
    fetchesPage: values.page,
    profileTo: values.profile ?? null,
    readingsTo: values.readings ?? null,
    brokerWarmUp: saturated('sca', quick ? BROKER_WARM_UP.quick : BROKER_WARM_UP.full),
    loadOf: (name) => {
      const count = (of: number): number => Math.ceil(of * (quick ? QUICK_SHARE : 1));
      const warmUp = [saturated('sca', count(COUNTS[name].warmUp))];
      return { warmUp, phases: phases.map((phase) => phaseOf(phase, count(COUNTS[name].saturated), seconds)) };
    },
  };
}

function variantOf(name: string): Variant {
  const found = VARIANTS.find((variant) => variant.name === name);
  if (found === undefined) throw new Error(`--variants names ${name}; there are ${VARIANTS.map((variant) => variant.name).join(', ')}`);
  return found;
}

const saturated = (way: Offer['way'], count: number): Offer => ({ way, count, rate: 0, window: WINDOW });

function phaseOf(name: string, count: number, seconds: number): Phase {
  // The exempt way is shorter: twice as many for about the same time.
  if (name === 'sca' || name === 'exempt') return { name, offer: saturated(name, name === 'exempt' ? 2 * count : count) };
  const rate = Number(name);
  if (!Number.isInteger(rate) || rate < 1) throw new Error(`--phases names ${name}; there are sca, exempt, and rates a second`);
  return { name: `${rate}/s`, offer: { way: 'sca', count: rate * seconds, rate, window: 0 } };
}
