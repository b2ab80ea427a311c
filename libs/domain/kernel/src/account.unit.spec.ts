import fc from 'fast-check';
import { isIban, looksLikeIban, normaliseAccount } from './account';

const IBAN = 'ES9121000418450200051332';

describe('accounts', () => {
  it.each(['ES91 2100 0418 4502 0005 1332', 'es9121000418450200051332', 'ES91-2100-0418-4502-0005-1332', ` ${IBAN} `])('one IBAN in another spelling is the same account: %j', (spelling) => {
    expect(normaliseAccount(spelling)).toBe(IBAN);
    expect(isIban(spelling)).toBe(true);
  });

  it('any change of one character is another account or none', () => {
    const alphabet = Array.from('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ');
    fc.assert(
      fc.property(fc.nat({ max: IBAN.length - 1 }), fc.constantFrom(...alphabet), (at, character) => {
        fc.pre(IBAN[at] !== character);
        const changed = IBAN.slice(0, at) + character + IBAN.slice(at + 1);
        expect(isIban(changed)).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it.each(['ES9121000418450200051333', 'ES91 2100 0418 4502 0005 133', 'ES91-2100-0418-4502-0005-1333', 'XX0012345678901234', 'no9386011117948'])('knows a mistyped IBAN by its look: %j', (account) => {
    expect(looksLikeIban(account)).toBe(true);
    expect(isIban(account)).toBe(false);
  });

  it.each(['merchant-42', '12345678', 'ada@bank', '+34600000000', 'AB12', ''])('leaves accounts of other schemes as they are: %j', (account) => {
    expect(looksLikeIban(account)).toBe(false);
    expect(normaliseAccount(account)).toBe(account);
  });

  it('normalising twice changes nothing', () => {
    fc.assert(fc.property(fc.string(), (account) => normaliseAccount(normaliseAccount(account)) === normaliseAccount(account)));
  });
});
