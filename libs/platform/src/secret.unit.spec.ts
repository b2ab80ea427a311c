import { inspect } from 'node:util';
import { Secret } from './secret';

const CANARY = 'sk_live_canary_4f8a';

describe('Secret', () => {
  const secret = new Secret(CANARY);

  it.each([
    ['concatenation', () => ['key', secret].join(' ')],
    ['String()', () => String(secret)],
    ['toString()', () => secret.toString()],
    ['JSON', () => JSON.stringify({ config: { secret } })],
    ['inspect', () => inspect({ config: { secret } }, { depth: 10, showHidden: true })],
    ['an error message', () => new Error(`bad key ${String(secret)}`).message],
    ['own properties', () => Object.getOwnPropertyNames(secret).concat(Object.keys(secret)).join()],
    ['a copy of its properties', () => JSON.stringify(Object.assign({}, secret))],
    ['a key of bytes', () => inspect(new Secret(Buffer.from(CANARY))) + JSON.stringify(new Secret(Buffer.from(CANARY)))],
  ])('given a secret, when it is printed through %s, then its value does not appear', (_, print) => {
    const text = print();
    expect(text).not.toContain(CANARY);
    expect(text).not.toContain(Buffer.from(CANARY).toString('hex'));
    expect(text).not.toContain(JSON.stringify([...Buffer.from(CANARY)]).slice(1, 20));
  });

  it('given a secret, when it is revealed, then it is what was put in', () => {
    expect(secret.reveal()).toBe(CANARY);
  });
});
