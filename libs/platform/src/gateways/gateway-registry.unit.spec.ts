import { createHash } from 'node:crypto';
import { deadLetterTopic, describeTopic, topicFor, topicSpecs } from '@assent/contracts';
import fc from 'fast-check';
import { ConfigError, type ConfigProblem } from '../config/define-config';
import { GatewayRegistry } from './gateway-registry';
import type { GatewayEntry } from './gateways-file';

const sha256 = (key: string): string => createHash('sha256').update(key).digest('hex');
const KEY_A = 'key-of-gateway-a-with-enough-entropy';
const KEY_B = 'key-of-gateway-b-with-enough-entropy';

function gateway(change: Partial<GatewayEntry> = {}): GatewayEntry {
  return { id: 'shop-a', kafka: false, returnOrigins: [], apiKeys: [{ id: 'key-a', sha256: sha256(KEY_A), scopes: ['codes:redeem'] }], ...change };
}
const other = (change: Partial<GatewayEntry> = {}): GatewayEntry =>
  gateway({ id: 'shop-b', apiKeys: [{ id: 'key-b', sha256: sha256(KEY_B), scopes: ['authentications:write'] }], ...change });

const registry = (...gateways: unknown[]): GatewayRegistry => GatewayRegistry.parse(JSON.stringify({ gateways }));

function problemsOf(content: unknown): readonly ConfigProblem[] {
  try {
    GatewayRegistry.parse(typeof content === 'string' ? content : JSON.stringify(content), 'gateways.json');
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}
const wrongFields = (...gateways: unknown[]): string[] => problemsOf({ gateways }).map(({ variable }) => variable);

describe('the registry of gateways: what is refused at the start', () => {
  it.each([
    ['no JSON', '{', 'the file'],
    ['another JSON', '[]', 'the file'],
    ['no gateways', '{}', 'gateways'],
    ['an empty list', '{"gateways":[]}', 'gateways'],
    ['an unknown field beside the list', '{"gateways":[],"extra":1}', 'gateways'],
  ])('given %s, then the file or its list is named', (_, content, field) => {
    expect(problemsOf(content)[0]?.variable).toBe(field);
  });

  it.each([
    ['an id with capitals', { id: 'Shop' }, 'gateways[0].id'],
    ['an id with a colon, which separates keys', { id: 'a:b' }, 'gateways[0].id'],
    ['an id with a dot, which separates topics', { id: 'a.b' }, 'gateways[0].id'],
    ['the id dlq, whose topic is the dead letters', { id: 'dlq' }, 'gateways[0].id'],
    ['an empty id', { id: '' }, 'gateways[0].id'],
    ['an id of 64 characters', { id: 'a'.repeat(64) }, 'gateways[0].id'],
    ['a namespace with a slash, which separates vendor data', { namespace: 'a/b' }, 'gateways[0].namespace'],
    ['an unknown field', { kafak: true }, 'gateways[0]'],
    ['kafka as a text', { kafka: 'true' }, 'gateways[0].kafka'],
    ['an http origin', { returnOrigins: ['http://a.example'] }, 'gateways[0].returnOrigins[0]'],
    ['an origin with a path', { returnOrigins: ['https://a.example/back'] }, 'gateways[0].returnOrigins[0]'],
    ['a wildcard origin', { returnOrigins: ['https://*.a.example'] }, 'gateways[0].returnOrigins[0]'],
    ['an origin with its default port, which no URL shows', { returnOrigins: ['https://a.example:443'] }, 'gateways[0].returnOrigins[0]'],
    ['the key itself instead of its hash', { apiKeys: [{ id: 'k', sha256: KEY_A, scopes: ['codes:redeem'] }] }, 'gateways[0].apiKeys[0].sha256'],
    ['a hash in capitals', { apiKeys: [{ id: 'k', sha256: sha256(KEY_A).toUpperCase(), scopes: ['codes:redeem'] }] }, 'gateways[0].apiKeys[0].sha256'],
    ['an unknown scope', { apiKeys: [{ id: 'k', sha256: sha256(KEY_A), scopes: ['admin'] }] }, 'gateways[0].apiKeys[0].scopes[0]'],
    ['no scope', { apiKeys: [{ id: 'k', sha256: sha256(KEY_A), scopes: [] }] }, 'gateways[0].apiKeys[0].scopes'],
    ['vendor data without the payer', { vendorData: 'everybody' }, 'gateways[0].vendorData'],
    ['vendor data with the payer twice', { vendorData: '<payerId><payerId>' }, 'gateways[0].vendorData'],
    ['vendor data with an unknown placeholder', { vendorData: '<tenant>/<payerId>' }, 'gateways[0].vendorData'],
  ])('given %s, then that field is named', (_, change, field) => {
    expect(wrongFields({ ...gateway(), ...change })).toEqual([field]);
  });

  it('given a wrong hash that is in truth a key, then the error does not repeat it', () => {
    const problems = problemsOf({ gateways: [{ ...gateway(), apiKeys: [{ id: 'k', sha256: KEY_A, scopes: ['codes:redeem'] }] }] });
    expect(JSON.stringify(problems)).not.toContain(KEY_A);
  });

  it('given one id, key id or key twice, then the later one is named with the earlier', () => {
    const [key] = gateway().apiKeys;
    expect(problemsOf({ gateways: [gateway(), gateway({ apiKeys: [] })] })).toEqual([
      { variable: 'gateways[1].id', message: 'must be unique, but is the same as gateways[0].id' },
    ]);
    expect(wrongFields(gateway(), other({ apiKeys: [{ ...key!, sha256: sha256(KEY_B) }] }))).toEqual(['gateways[1].apiKeys[0].id']);
    expect(wrongFields(gateway(), other({ apiKeys: [{ ...key!, id: 'key-b' }] }))).toEqual(['gateways[1].apiKeys[0].sha256']);
  });

  it('given a file that cannot be read, then the variable is named', () => {
    expect(() => GatewayRegistry.load('/nonexistent/gateways.json')).toThrow(/GATEWAYS_FILE names a file that cannot be read \(ENOENT\)/);
  });
});

describe('the registry of gateways: topology', () => {
  it('given several Kafka gateways in any order, then the topology is sorted, and REST gateways are not in it', () => {
    const kafka = registry(other({ kafka: true }), gateway({ kafka: true }), gateway({ id: 'rest-only', apiKeys: [] }));
    expect(kafka.topology).toEqual({ kafkaGateways: ['shop-a', 'shop-b'] });
  });

  it('given any ids that are accepted, then no topic of one gateway reads as anything else', () => {
    const id = fc.oneof(fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/), fc.constantFrom('dlq', 'sca', 'audit', 'outcome', 'requested', 'entry', 'v1'));
    fc.assert(
      fc.property(fc.uniqueArray(id, { minLength: 2, maxLength: 4 }), (ids) => {
        const entries = ids.map((one, index) => gateway({ id: one, kafka: true, apiKeys: index === 0 ? gateway().apiKeys : [] }));
        if (wrongFields(...entries).length > 0) return;
        const { topology } = registry(...entries);
        const topics = topicSpecs(topology).map(({ topic }) => topic);
        expect(new Set(topics).size).toBe(topics.length);
        for (const one of ids) {
          const own = topicFor('sca.verdict', one, topology);
          expect(describeTopic(own)).toEqual({ name: 'sca.verdict', gatewayId: one, deadLetter: false });
          expect(describeTopic(deadLetterTopic(own))).toEqual({ name: 'sca.verdict', gatewayId: one, deadLetter: true });
        }
      }),
    );
  });

  it('given nobody, then nothing is known', () => {
    expect(GatewayRegistry.none().topology).toEqual({ kafkaGateways: [] });
    expect(GatewayRegistry.none().byApiKey(KEY_A)).toBeNull();
  });
});

describe('the registry of gateways: who is who', () => {
  const two = registry(gateway({ namespace: 'bank', returnOrigins: ['https://a.example'] }), other());

  it('given a known id, then its gateway and namespace; given any other, then nothing', () => {
    expect(two.get('shop-a')?.id).toBe('shop-a');
    expect(two.namespaceOf('shop-a')).toBe('bank');
    expect(two.namespaceOf('shop-b')).toBe('shop-b');
    for (const id of ['shop-c', '', 'SHOP-A', '__proto__', 'constructor']) {
      expect(two.has(id)).toBe(false);
      expect(two.get(id)).toBeNull();
      expect(two.namespaceOf(id)).toBeNull();
    }
  });

  it('given a key, then its gateway, its name and its scopes, and no other gateway', () => {
    expect(two.byApiKey(KEY_A)).toMatchObject({ gateway: { id: 'shop-a' }, keyId: 'key-a', scopes: new Set(['codes:redeem']) });
    expect(two.byApiKey(KEY_B)?.gateway.id).toBe('shop-b');
  });

  it.each([
    ['nothing', ''],
    ['the hash instead of the key', sha256(KEY_A)],
    ['a key with a blank behind it', `${KEY_A} `],
    ['a prefix of a key', KEY_A.slice(0, -1)],
    ['other capitals', KEY_A.toUpperCase()],
    ['a key with a line end', `${KEY_A}\n`],
    ['a short key', 'short'],
    ['a huge key', 'x'.repeat(100_000)],
    ['an inherited name', '__proto__'.padEnd(16, '_')],
  ])('given %s, then nobody', (_, presented) => {
    expect(two.byApiKey(presented)).toBeNull();
  });

  it('given any text that is not a key, then nobody', () => {
    fc.assert(fc.property(fc.string({ maxLength: 80 }), (presented) => expect(two.byApiKey(presented)).toBeNull()));
  });
});

describe('where a payer may be sent back to', () => {
  const shop = registry(gateway({ returnOrigins: ['https://shop.example', 'https://shop.example:8443'] })).get('shop-a')!;

  it.each(['https://shop.example', 'https://shop.example/a?b=c#d', 'https://SHOP.example/', 'https://shop.example:443/x', 'https://shop.example:8443/'])('given %s, then yes', (url) => {
    expect(shop.allowsReturn(url)).toBe(true);
  });

  it.each([
    'http://shop.example/',
    'https://shop.example.evil.example/',
    'https://evil.example/https://shop.example',
    'https://shop.example@evil.example/',
    'https://user@shop.example/',
    'https://user:pass@shop.example/',
    'https://shop.example:9443/',
    'https://sub.shop.example/',
    'https://shop.example\\@evil.example/',
    '//shop.example/',
    'javascript:alert(1)//https://shop.example',
    'data:text/html,https://shop.example',
    'shop.example',
    '',
  ])('given %j, then no', (url) => {
    expect(shop.allowsReturn(url)).toBe(false);
  });
});

describe('vendor data: one person at Didit is one payer', () => {
  const vendorData = (change: Partial<GatewayEntry>, payer: string) => registry(gateway(change)).get('shop-a')!.vendorData(payer);

  it('given no template, then namespace and payer; given one, then as it says', () => {
    expect(vendorData({}, 'user-42')).toBe('shop-a/user-42');
    expect(vendorData({ namespace: 'bank' }, 'user-42')).toBe('bank/user-42');
    expect(vendorData({ vendorData: 'customers/<payerId>' }, 'user-42')).toBe('customers/user-42');
    expect(vendorData({ vendorData: '<namespace>:<payerId>:v2' }, 'user-42')).toBe('shop-a:user-42:v2');
  });

  it('given a payer id that looks like a placeholder or a replacement pattern, then it is written as it is', () => {
    for (const payer of ['<payerId>', '<namespace>', '$&', "$'", '$1', '$$']) expect(vendorData({}, payer)).toBe(`shop-a/${payer}`);
  });

  it.each([
    ['both without the namespace', '<payerId>', '<payerId>'],
    ['one without the namespace: its payer may be called shop-b/…', '<payerId>', '<namespace>/<payerId>'],
    ['one prefix within the other', 'a/<payerId>', 'a/b/<payerId>'],
    ['the same prefix', 'a/<payerId>', 'a/<payerId>'],
    ['endings that differ only by what a payer id may hold', '<payerId>-x', '<payerId>-y-x'],
  ])('given two namespaces, %s, then it is refused', (_, first, second) => {
    expect(wrongFields(gateway({ vendorData: first }), other({ vendorData: second }))).toEqual(['gateways[1].vendorData']);
  });

  it('given two gateways of one namespace, then their payers must be written alike', () => {
    expect(wrongFields(gateway({ namespace: 'bank' }), other({ namespace: 'bank' }))).toEqual([]);
    expect(wrongFields(gateway({ namespace: 'bank', vendorData: 'x/<payerId>' }), other({ namespace: 'bank' }))).toEqual(['gateways[1].vendorData']);
  });

  it('given any two templates that are accepted, then no two payers of two namespaces share their vendor data', () => {
    const part = fc.stringMatching(/^[ab/]{0,3}$/);
    const template = fc.tuple(part, fc.boolean(), part, part).map(([a, withNamespace, b, c]) => `${a}${withNamespace ? '<namespace>' : ''}${b}<payerId>${c}`);
    const payer = fc.stringMatching(/^[ab/]{1,6}$/);
    fc.assert(
      fc.property(template, template, payer, payer, (first, second, payerA, payerB) => {
        const gateways = [gateway({ id: 'a', vendorData: first }), other({ id: 'ab', vendorData: second })];
        if (wrongFields(...gateways).length > 0) return;
        const both = registry(...gateways);
        expect(both.get('a')!.vendorData(payerA)).not.toBe(both.get('ab')!.vendorData(payerB));
      }),
      { numRuns: 2_000 },
    );
  });
});
