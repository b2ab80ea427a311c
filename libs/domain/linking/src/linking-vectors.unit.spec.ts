import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Binding, failuresAfter, isBlocked, isIdleTooLong, isLawfulMaximum, matchPresented } from './index';

interface Side { amount: string; currency: string; payees: string[] }
interface LinkingVector {
  id: string;
  title: string;
  given: { kind: 'single' | 'card_blocked' | 'batch'; authenticated: Side; presented: Side; codeUsedBefore: boolean };
  expect: { valid: boolean; reason: string };
}
interface AttemptVector {
  id: string;
  title: string;
  given: { attempts?: ('F' | 'S')[]; maxFailures?: number; idleSeconds?: number };
  expect: { blocked?: boolean; consecutiveFailures?: number; sessionExpired?: boolean };
}

const file = path.resolve(__dirname, '../../../testing/vectors/linking-vectors.json');
const vectors = JSON.parse(readFileSync(file, 'utf8')) as { dynamicLinkingVectors: LinkingVector[]; authenticationCodeVectors: AttemptVector[] };

/** The vectors name payees only: in a batch everybody gets an equal share of what was authenticated. */
const shareOf = (side: Side, count: number): string => (Number(side.amount) / count).toFixed(2);

function bindingFrom({ kind, authenticated }: LinkingVector['given']): Binding {
  const { amount, currency, payees } = authenticated;
  const bound = { action: 'payment', reference: null, description: null, amount, currency };
  return kind === 'batch'
    ? { ...bound, kind, payees: payees.map((account) => ({ account, name: account, amount: shareOf(authenticated, payees.length) })) }
    : { ...bound, kind, payee: { account: payees[0]!, name: payees[0]!, id: null } };
}

describe('the published linking vectors', () => {
  test('there are as many as were published', () => {
    expect([vectors.dynamicLinkingVectors.length, vectors.authenticationCodeVectors.length]).toEqual([11, 5]);
  });

  test.each(vectors.dynamicLinkingVectors.map((vector) => [`${vector.id} ${vector.title}`, vector] as const))('%s', (_name, { given, expect: expected }) => {
    const { amount, currency, payees } = given.presented;
    const presented =
      given.kind === 'batch'
        ? { amount, currency, payees: payees.map((account) => ({ account, amount: shareOf(given.authenticated, given.authenticated.payees.length) })) }
        : { amount, currency, payee: { account: payees[0]! } };
    const match = matchPresented(bindingFrom(given), presented, given.codeUsedBefore);
    expect({ valid: match.ok, reason: match.ok ? match.value : match.error }).toEqual(expected);
  });

  test.each(vectors.authenticationCodeVectors.map((vector) => [`${vector.id} ${vector.title}`, vector] as const))('%s', (_name, { given, expect: expected }) => {
    if (given.idleSeconds !== undefined) {
      expect(isIdleTooLong(given.idleSeconds)).toBe(expected.sessionExpired);
      return;
    }
    const failures = given.attempts!.reduce((count, attempt) => failuresAfter(count, attempt === 'F' ? 'FAILED' : 'SUCCEEDED'), 0);
    expect({ blocked: isBlocked(failures, given.maxFailures), consecutiveFailures: failures }).toEqual(expected);
  });
});

describe('the maximum of consecutive failures', () => {
  test.each([0, 6, 2.5, -1, Number.NaN, Number.POSITIVE_INFINITY])('%p is not lawful, and blocks at five all the same', (failuresMax) => {
    expect([isLawfulMaximum(failuresMax), isBlocked(4, failuresMax), isBlocked(5, failuresMax)]).toEqual([false, false, true]);
  });

  test.each([1, 2, 3, 4, 5])('%p is lawful and blocks from itself on', (failuresMax) => {
    expect([isLawfulMaximum(failuresMax), isBlocked(failuresMax - 1, failuresMax), isBlocked(failuresMax, failuresMax)]).toEqual([true, false, true]);
  });
});
