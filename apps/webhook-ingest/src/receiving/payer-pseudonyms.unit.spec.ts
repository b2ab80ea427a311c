import { GatewayRegistry, Secret, subjectRef } from '@assent/platform';
import { PayerPseudonyms } from './payer-pseudonyms';

const key = new Secret(Buffer.alloc(32, 7));
const gateway = (id: string, over: object = {}): object => ({ id, kafka: false, returnOrigins: [], apiKeys: [], ...over });
const gateways = GatewayRegistry.parse(
  JSON.stringify({ gateways: [gateway('demo'), gateway('shop-one', { namespace: 'shops' }), gateway('shop-two', { namespace: 'shops' }), gateway('old', { vendorData: 'customer:<payerId>@old' })] }),
);
const payers = new PayerPseudonyms(key, gateways);

describe('the payer of a webhook', () => {
  it.each([
    ['demo/user-42', 'demo', 'user-42'],
    ['shops/user-42', 'shops', 'user-42'],
    ['demo/with/slashes', 'demo', 'with/slashes'],
    ['customer:7@old', 'old', '7'],
  ])('%s is known', (vendorData, namespace, payerId) => expect(payers.subjectRefOf(vendorData)).toBe(subjectRef(key, namespace, payerId)));

  it.each([null, '', 'demo/', 'unknown/user-42', 'user-42', 'customer:@old', 'customer:7'])('%j is nobody of ours', (vendorData) => expect(payers.subjectRefOf(vendorData)).toBeNull());

  it('is not named without a key', () => expect(new PayerPseudonyms(null, gateways).subjectRefOf('demo/user-42')).toBeNull());
});
