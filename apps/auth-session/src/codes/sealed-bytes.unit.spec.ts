import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { Secret } from '@assent/platform';
import { SealBroken, open, seal } from './sealed-bytes';

const master = new Secret(randomBytes(32));

describe('sealed bytes', () => {
  test('given any bytes, then they open with the same key in the same place, and never twice the same when sealed', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), fc.string(), (bytes, purpose) => {
      const [one, two] = [seal(master, purpose, bytes), seal(master, purpose, bytes)];
      expect([open(master, purpose, one).equals(bytes), open(master, purpose, two).equals(bytes), one.equals(two)]).toEqual([true, true, false]);
    }));
  });

  test('given any one changed byte, then nothing comes out', () => {
    const sealed = seal(master, 'portrait:a', Buffer.from('a face'));
    for (let i = 0; i < sealed.length; i++) {
      const changed = Buffer.from(sealed);
      changed[i] = changed[i]! ^ 1;
      expect(() => open(master, 'portrait:a', changed)).toThrow(SealBroken);
    }
  });

  test.each([
    ['another place', master, 'portrait:b'],
    ['another key', new Secret(randomBytes(32)), 'portrait:a'],
  ])('given %s, then nothing comes out', (_what, key, purpose) => {
    expect(() => open(key, purpose, seal(master, 'portrait:a', Buffer.from('a face')))).toThrow(SealBroken);
  });

  test.each([0, 1, 44])('given only %i bytes, then nothing comes out', (length) => {
    expect(() => open(master, 'portrait:a', seal(master, 'portrait:a', Buffer.from('a face')).subarray(0, length))).toThrow(SealBroken);
  });
});
