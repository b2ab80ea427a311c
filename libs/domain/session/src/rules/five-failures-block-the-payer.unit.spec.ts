import { afterFailure, isPayerBlocked, NO_FAILURES, type PayerFailures } from './five-failures-block-the-payer';

const NOW_MS = 1_000_000;
const POLICY = { failuresMax: 5, blockMs: 60_000 };
const failTimes = (times: number, policy = POLICY): PayerFailures => {
  let failures = NO_FAILURES;
  for (let i = 0; i < times; i++) failures = afterFailure(failures, policy, NOW_MS);
  return failures;
};

describe('five failures block the payer (RTS Article 4(3)(b))', () => {
  it('given four failures in a row, then the payer may try again; the fifth blocks', () => {
    expect(isPayerBlocked(failTimes(4), NOW_MS)).toBe(false);
    expect(isPayerBlocked(failTimes(5), NOW_MS)).toBe(true);
  });
  it('given a block, then it lasts exactly its time and the count starts again', () => {
    expect(isPayerBlocked(failTimes(5), NOW_MS + 59_999)).toBe(true);
    expect(isPayerBlocked(failTimes(5), NOW_MS + 60_000)).toBe(false);
    expect(failTimes(5).consecutive).toBe(0);
  });
  it('given a lower maximum, then it holds; given an unlawful one, then five holds', () => {
    expect(isPayerBlocked(failTimes(3, { ...POLICY, failuresMax: 3 }), NOW_MS)).toBe(true);
    expect(isPayerBlocked(failTimes(5, { ...POLICY, failuresMax: 50 }), NOW_MS)).toBe(true);
  });
});
