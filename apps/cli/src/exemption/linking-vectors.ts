import { sameJson, type VectorResult } from '@assent/domain-exemption';
import { type Binding, failuresAfter, isBlocked, isIdleTooLong, isLawfulMaximum, matchPresented } from '@assent/domain-linking';
import { formatMoney, parseMoney } from '@assent/kernel';
import { z } from 'zod';

const side = z.object({ amount: z.string(), currency: z.string(), payees: z.array(z.string()).min(1) });
const linkingShape = z.object({
  id: z.string(),
  given: z.object({ kind: z.enum(['single', 'card_blocked', 'batch']), authenticated: side, presented: side, codeUsedBefore: z.boolean() }),
  expect: z.record(z.string(), z.unknown()),
});
type LinkingGiven = z.infer<typeof linkingShape>['given'];

/** The vectors name only the payees of a batch: everybody gets an equal part of the total, the last one what is left over. */
function shares({ amount, currency }: z.infer<typeof side>, count: number): string[] {
  const total = parseMoney(amount, currency);
  if (!total.ok) return Array<string>(count).fill(amount);
  const part = total.value.minor / BigInt(count);
  const last = total.value.minor - part * BigInt(count - 1);
  return Array.from({ length: count }, (_, i) => formatMoney({ minor: i === count - 1 ? last : part, currency }));
}

function bindingOf({ kind, authenticated }: LinkingGiven): Binding {
  const { amount, currency, payees } = authenticated;
  const bound = { action: 'payment', reference: null, description: null, amount, currency };
  if (kind !== 'batch') return { ...bound, kind, payee: { account: payees[0] ?? '', name: payees[0] ?? '', id: null } };
  const parts = shares(authenticated, payees.length);
  return { ...bound, kind, payees: payees.map((account, i) => ({ account, name: account, amount: parts[i] ?? '' })) };
}

/** What is presented: each payee with the part that was authenticated for it, so that only what the vector changes is changed. */
function presentedOf({ kind, authenticated, presented }: LinkingGiven) {
  const { amount, currency, payees } = presented;
  if (kind !== 'batch') return { amount, currency, payee: { account: payees[0] ?? '' } };
  const parts = new Map(authenticated.payees.map((account, i) => [account, shares(authenticated, authenticated.payees.length)[i] ?? '']));
  return { amount, currency, payees: payees.map((account) => ({ account, amount: parts.get(account) ?? '0.00' })) };
}

/** Runs one vector of dynamic linking (RTS Article 5) on the code that judges redemptions. */
export function runLinkingVector(vector: unknown): VectorResult {
  const { id, given, expect } = linkingShape.parse(vector);
  const match = matchPresented(bindingOf(given), presentedOf(given), given.codeUsedBefore);
  const actual = { valid: match.ok, reason: match.ok ? match.value : match.error };
  return { id, pass: sameJson(actual, expect), actual };
}

const codeShape = z.object({
  id: z.string(),
  given: z.object({ attempts: z.array(z.enum(['F', 'S'])).optional(), maxFailures: z.number().optional(), idleSeconds: z.number().optional() }),
  expect: z.record(z.string(), z.unknown()),
});

/** Runs one vector of Article 4: consecutive failures, idle time, and which maximum a configuration may set. */
export function runCodeVector(vector: unknown): VectorResult {
  const { id, given, expect } = codeShape.parse(vector);
  const { attempts, maxFailures, idleSeconds } = given;
  const failures = attempts?.reduce((count, attempt) => failuresAfter(count, attempt === 'F' ? 'FAILED' : 'SUCCEEDED'), 0);
  const actual = {
    ...(failures === undefined ? {} : { blocked: isBlocked(failures, maxFailures), consecutiveFailures: failures }),
    ...(idleSeconds === undefined ? {} : { sessionExpired: isIdleTooLong(idleSeconds) }),
    ...(failures === undefined && maxFailures !== undefined ? { configurationValid: isLawfulMaximum(maxFailures) } : {}),
  };
  return { id, pass: sameJson(actual, expect), actual };
}
