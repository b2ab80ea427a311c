import type { Money } from '@assent/kernel';
import { baseAmount } from '../base-amount';
import type { Decision } from '../evaluate';
import type { Channel, CounterKind, Facts } from '../facts';
import { type Fraction, multiply, reduced, whole, ZERO } from '../fraction';
import type { Profile } from '../profile';
import type { Settings } from '../settings';

export interface Counting {
  readonly kind: CounterKind;
  /** Whether the payment goes on without authentication and so spends at once, or only if it is executed all the same. */
  readonly spends: boolean;
}

/**
 * Which counter a decided payment belongs to, or null. By the wording every payment without authentication counts, whatever exempted
 * it; the narrow reading counts only what used this very exemption. What is outside the duty never counts (EBA Q&A 2018_4227).
 */
export function countingOf({ decision, exemption }: Decision, { action, channel }: Facts, { counterScope }: Settings): Counting | null {
  if (action !== 'payment' || (decision !== 'EXEMPT' && decision !== 'SCA_REQUIRED')) return null;
  if (counterScope === 'this_exemption_only') {
    const own = exemption === 'EX16' ? 'lowValue' : exemption === 'EX11' ? 'contactless' : null;
    return own === null ? null : { kind: own, spends: true };
  }
  const kind = counterOfChannel(channel);
  return kind === null ? null : { kind, spends: decision === 'EXEMPT' };
}

/** Chip and PIN at a terminal is in neither sum. Where nobody knows the channel the remote sum counts, which is the stricter one. */
function counterOfChannel(channel: Channel | null): CounterKind | null {
  switch (channel) {
    case 'contact_pos':
      return null;
    case 'contactless_pos':
      return 'contactless';
    case 'remote':
    case null:
      return 'lowValue';
  }
}

/**
 * Which counter an authenticated payment resets: a remote one the low-value counter; one at a terminal or cash machine, contactless or
 * not, the contactless counter (EBA Q&A 2018_4226). Authenticating a log-in is no payment and resets nothing.
 */
export function counterResetBy(action: string, channel: Channel | null): CounterKind | null {
  if (action !== 'payment' || channel === null) return null;
  return channel === 'remote' ? 'lowValue' : 'contactless';
}

/**
 * What the payment weighs in its counter, in minor units of the profile's currency. An amount that nobody can convert weighs more than
 * the whole budget: what cannot be measured must not leave room for more.
 */
export function weightInCounter(kind: CounterKind, facts: Facts, profile: Profile, settings: Settings): Fraction {
  const base = baseAmount(facts, profile, settings);
  return base.ok ? base.minor : wholeBudget(kind, profile);
}

/** One minor unit more than the cumulative limit; nothing where the regime has no limit. */
export function wholeBudget(kind: CounterKind, { lowValue, contactless }: Profile): Fraction {
  const limits = kind === 'lowValue' ? lowValue : contactless;
  return limits === 'riskBased' ? ZERO : whole(limits.cumulative + 1n);
}

/** What an execution weighs: in proportion to what was decided on, at the decision's rate. Null where the currencies differ. */
export function executedWeight(decided: { readonly money: Money; readonly weight: Fraction }, executed: Money): Fraction | null {
  if (executed.currency !== decided.money.currency || decided.money.minor <= 0n) return null;
  return multiply(decided.weight, reduced(executed.minor, decided.money.minor));
}
