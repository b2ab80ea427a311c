import fc from 'fast-check';
import { permitReplacement } from './replaced-only-with-approval';

const HOUR = 3_600_000;
const COOLING = 24 * HOUR;
const NOW = 1_000 * HOUR;
const approved = (redeemedAtMs: number): { codeId: string; redeemedAtMs: number } => ({ codeId: 'code-1', redeemedAtMs });
const there = { sha256: 'face-a', removedAtMs: null };

describe('a portrait is replaced only with the payer’s approval', () => {
  test('given a portrait and no approval, then another image is never taken, however long it waits, nor the same', () => {
    fc.assert(fc.property(fc.nat(), fc.constantFrom('face-a', 'face-b'), (nowMs, sha256) => {
      expect(permitReplacement(there, sha256, null, nowMs, COOLING)).toEqual({ ok: false, error: { code: 'PORTRAIT_EXISTS', possibleFromMs: null } });
    }));
  });

  test('given an approval, then it serves from the end of the cooling-off on, to the millisecond', () => {
    expect(permitReplacement(there, 'face-b', approved(NOW - COOLING + 1), NOW, COOLING)).toEqual({ ok: false, error: { code: 'PORTRAIT_COOLING_OFF', possibleFromMs: NOW + 1 } });
    expect(permitReplacement(there, 'face-b', approved(NOW - COOLING), NOW, COOLING)).toEqual({ ok: true, value: { approvedBy: 'code-1' } });
  });

  test('given a deleted portrait, then another is taken only after the same delay: deleting is no way around the approval', () => {
    const deletedAt = (removedAtMs: number): ReturnType<typeof permitReplacement> => permitReplacement({ sha256: null, removedAtMs }, 'face-b', null, NOW, COOLING);
    expect(deletedAt(NOW - 1)).toEqual({ ok: false, error: { code: 'PORTRAIT_COOLING_OFF', possibleFromMs: NOW - 1 + COOLING } });
    expect(deletedAt(NOW - COOLING)).toEqual({ ok: true, value: { approvedBy: null } });
  });

  test('given a portrait that went by its time, then the same image comes back at once and another one waits', () => {
    const expired = { sha256: 'face-a', removedAtMs: NOW - 1 };
    expect(permitReplacement(expired, 'face-a', null, NOW, COOLING)).toEqual({ ok: true, value: { approvedBy: null } });
    expect(permitReplacement(expired, 'face-b', null, NOW, COOLING).ok).toBe(false);
  });

  test('given both waits, then the earlier one is named', () => {
    expect(permitReplacement({ sha256: null, removedAtMs: NOW - 2 * HOUR }, 'face-b', approved(NOW - HOUR), NOW, COOLING)).toEqual({
      ok: false, error: { code: 'PORTRAIT_COOLING_OFF', possibleFromMs: NOW + 22 * HOUR },
    });
  });
});
