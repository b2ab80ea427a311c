import fc from 'fast-check';
import { AUTHENTICATION_ID_PATTERN, GATEWAY_ID_PATTERN, authenticationKey, splitAuthenticationKey, uuidv7 } from './ids';

describe('authentication keys', () => {
  it('come apart into what they were made of', () => {
    const gateways = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,62}$/).filter((id) => GATEWAY_ID_PATTERN.test(id));
    const authentications = fc.stringMatching(AUTHENTICATION_ID_PATTERN);
    fc.assert(
      fc.property(gateways, authentications, (gatewayId, authenticationId) => {
        expect(splitAuthenticationKey(authenticationKey(gatewayId, authenticationId))).toEqual({ gatewayId, authenticationId });
      }),
    );
  });

  it.each(['', ':', 'demo', 'demo:', ':auth-0001', 'demo:short', 'Demo:auth-0001', 'demo:auth 0001', 'demo:auth-0001:more', 'demo:demo:auth-0001', 'dlq:auth-0001', `demo:${'a'.repeat(65)}`, 'demo:auth-0001\n'])(
    'refuse what is none: %j',
    (key) => {
      expect(splitAuthenticationKey(key)).toBeNull();
    },
  );
});

describe('UUIDv7', () => {
  const random = fc.uint8Array({ minLength: 10, maxLength: 10 });
  const times = fc.integer({ min: 0, max: 2 ** 48 - 1 });

  it('has its version, its variant and its time', () => {
    fc.assert(
      fc.property(times, random, (ms, bytes) => {
        const id = uuidv7(ms, bytes);
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(ms);
      }),
    );
  });

  it('sorts by time', () => {
    fc.assert(
      fc.property(times, times, random, random, (a, b, bytesA, bytesB) => {
        fc.pre(a < b);
        expect(uuidv7(a, bytesA) < uuidv7(b, bytesB)).toBe(true);
      }),
    );
  });

  it('throws on too little randomness instead of filling up with zeros', () => {
    expect(() => uuidv7(1, new Uint8Array(9))).toThrow('ten random bytes');
  });
});
