import crypto, { createHash, createHmac } from 'node:crypto';
import { verifyWebhook } from '@assent/didit';
import { commitmentOf, opensCommitment } from '@assent/domain-ledger';
import { GatewayRegistry } from '@assent/platform';

/** The time of an ordinary comparison says where the first difference is; whoever may ask often finds the secret byte by byte (ASVS 11.2.4). */
describe('compared in constant time, whether it is right or wrong', () => {
  const compare = jest.spyOn(crypto, 'timingSafeEqual');
  beforeEach(() => compare.mockClear());
  afterAll(() => compare.mockRestore());

  const NOW = 1_774_970_000;
  const body = Buffer.from(`{"timestamp":${NOW}}`);
  const signed = createHmac('sha256', 'secret').update(body).digest('hex');
  const wrong = `${signed.slice(0, -1)}${signed.endsWith('0') ? '1' : '0'}`;

  it.each([
    ['right', signed, true],
    ['wrong in its last character', wrong, false],
  ])('a webhook’s signature, %s', (_what, signature, isAccepted) => {
    const verified = verifyWebhook({ body, headers: { 'x-timestamp': String(NOW), 'x-signature': signature } }, { secrets: ['secret', 'old secret'], nowMs: NOW * 1000, freshnessSeconds: 300 });
    expect(verified.ok).toBe(isAccepted);
    // Every secret is tried, whichever fits.
    expect(compare.mock.calls.length).toBeGreaterThanOrEqual(2);
  });

  it('a gateway’s API key', () => {
    const key = 'key-of-the-demo-gateway-0123456789';
    const sha256 = createHash('sha256').update(key).digest('hex');
    const gateways = GatewayRegistry.parse(JSON.stringify({ gateways: [{ id: 'demo', kafka: true, returnOrigins: [], apiKeys: [{ id: 'demo-1', sha256, scopes: ['evidence:read'] }] }] }));
    expect(gateways.byApiKey(key)?.gateway.id).toBe('demo');
    expect(compare).toHaveBeenCalledTimes(1);
    expect(gateways.byApiKey(`${key.slice(0, -1)}8`)).toBeNull();
  });

  it('a ledger leaf’s commitment', () => {
    const commitmentKey = Buffer.alloc(32, 1);
    const bytes = Buffer.from('the event');
    expect(opensCommitment(commitmentOf(commitmentKey, bytes), commitmentKey, bytes)).toBe(true);
    expect(compare).toHaveBeenCalledTimes(1);
  });
});
