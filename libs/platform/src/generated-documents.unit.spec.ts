import { readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import { GatewayRegistry } from './gateways/gateway-registry';
import { PLATFORM_DOCUMENTS } from './generated-documents';

const root = path.resolve(__dirname, '../../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

describe('committed documents', () => {
  it.each(PLATFORM_DOCUMENTS.map((document) => [document.path, document] as const))('%s is what the code says (else: npm run generate)', (file, document) => {
    expect(read(file)).toBe(document.render());
  });

  it('docs/gateways.example.json is a registry that a service takes, and fits the committed schema', () => {
    const file = path.join(root, 'docs/gateways.example.json');
    expect(GatewayRegistry.load(file).list().map(({ id }) => id)).toEqual(['acme-pay', 'acme-cards', 'northwind']);
    const validate = new Ajv2020({ strict: false }).compile(JSON.parse(read('docs/gateways.schema.json')) as object);
    expect(validate(JSON.parse(read('docs/gateways.example.json')))).toBe(true);
  });
});
