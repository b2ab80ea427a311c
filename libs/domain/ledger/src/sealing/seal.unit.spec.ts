import fc from 'fast-check';
import { seal, sealKey, unseal } from './seal';

const key = sealKey(Buffer.alloc(32, 1));
const nonce = Buffer.alloc(12, 2);
const row = Buffer.from('row 7');

describe('sealed bytes', () => {
  it('open to what was sealed, whatever it is', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (array) => {
      const plaintext = Buffer.from(array);
      expect(unseal(seal(plaintext, key, nonce, row), key, row)).toEqual({ ok: true, value: plaintext });
    }));
  });

  it('hide what was sealed', () => {
    expect(seal(Buffer.from('ES9121000418450200051332'), key, nonce, row).includes('ES91')).toBe(false);
  });

  it('do not open with another key, for another row, or with any bit changed', () => {
    const sealed = seal(Buffer.from('account and name'), key, nonce, row);
    const broken = { ok: false, error: 'SEAL_BROKEN' };
    expect(unseal(sealed, sealKey(Buffer.alloc(32, 9)), row)).toEqual(broken);
    expect(unseal(sealed, key, Buffer.from('row 8'))).toEqual(broken);
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = Buffer.from(sealed);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(unseal(changed, key, row)).toEqual(broken);
    }
  });

  it('do not open when cut or empty', () => {
    const sealed = seal(Buffer.from('x'), key, nonce, row);
    for (let end = 0; end < sealed.length; end++) expect(unseal(sealed.subarray(0, end), key, row)).toEqual({ ok: false, error: 'SEAL_BROKEN' });
  });

  it('are never made with a short key or nonce', () => {
    expect(() => sealKey(Buffer.alloc(31))).toThrow('invariant');
    expect(() => seal(Buffer.alloc(1), key, nonce.subarray(1), row)).toThrow('invariant');
  });
});
