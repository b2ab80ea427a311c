import { assertNever, invariant, ok, refuse } from './result';
import { toRfc3339 } from './time';

describe('results and invariants', () => {
  it('a result is one or the other', () => {
    expect(ok(1)).toEqual({ ok: true, value: 1 });
    expect(refuse('CODE')).toEqual({ ok: false, error: 'CODE' });
  });

  it.each([[false], [null], [undefined]])('a broken invariant throws: %p', (condition) => {
    expect(() => invariant(condition, 'it holds')).toThrow('invariant broken: it holds');
  });

  it.each([[true], [0], ['']])('a value that is there holds: %p', (condition) => {
    expect(() => invariant(condition, 'it holds')).not.toThrow();
  });

  it('a forgotten member of a union is found at run time as well', () => {
    expect(() => assertNever('new' as never, 'state')).toThrow('unexpected state: "new"');
  });

  it('time is RFC 3339 in UTC with milliseconds', () => {
    expect(toRfc3339(1_795_514_400_000)).toBe('2026-11-24T10:00:00.000Z');
  });
});
