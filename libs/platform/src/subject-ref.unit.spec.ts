import fc from 'fast-check';
import { Secret } from './secret';
import { subjectRef } from './subject-ref';

const key = new Secret(Buffer.alloc(32, 7));

describe('subjectRef', () => {
  it('given one payer, when asked in two services, then the pseudonym is the same and fits a header', () => {
    expect(subjectRef(key, 'acme', 'user-42')).toBe(subjectRef(new Secret(Buffer.alloc(32, 7)), 'acme', 'user-42'));
    expect(subjectRef(key, 'acme', 'user-42')).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });

  it('given any two different payers, then their pseudonyms differ, wherever the namespace ends and the id begins', () => {
    // Few characters, zero among them: the pairs that would meet, were the lengths not written.
    const text = fc.string({ unit: fc.constantFrom('\0', 'a'), maxLength: 6 });
    fc.assert(
      fc.property(text, text, text, text, (namespaceA, payerA, namespaceB, payerB) => {
        const same = namespaceA === namespaceB && payerA === payerB;
        expect(subjectRef(key, namespaceA, payerA) === subjectRef(key, namespaceB, payerB)).toBe(same);
      }),
      { numRuns: 5_000 },
    );
    expect(subjectRef(key, 'ab', 'c')).not.toBe(subjectRef(key, 'a', 'bc'));
  });

  it('given another key, then the pseudonym is another: without the key there is no way to try payers', () => {
    expect(subjectRef(new Secret(Buffer.alloc(32, 8)), 'acme', 'user-42')).not.toBe(subjectRef(key, 'acme', 'user-42'));
  });
});
