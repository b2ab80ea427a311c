import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Parser } from '@asyncapi/parser';
import Ajv from 'ajv';
import { EVENT_TYPES } from '../events/event-types';
import { EVENTS } from '../events/registry';
import { EVENT_EXAMPLES } from '../examples/event-examples';
import { generatedDocuments } from './documents';
import { changesSinceRelease, documentsFolder, driftedDocuments, release, writeDocuments } from './drift';

/** Severity of a remark; errors and warnings are below. */
const INFORMATION = 2;
const COMMITTED = documentsFolder(__dirname);

describe('the committed documents', () => {
  it('are what the classes say', () => {
    expect(driftedDocuments(COMMITTED)).toEqual([]);
  });

  it('only add to the released ones', () => {
    expect(changesSinceRelease(COMMITTED)).toEqual([]);
  });

  it('are a valid AsyncAPI 3 document', async () => {
    const { document, diagnostics } = await new Parser().parse(readFileSync(path.join(COMMITTED, 'asyncapi.json'), 'utf8'));
    const faults = diagnostics.filter(({ severity }) => (severity as number) < INFORMATION);
    expect(faults.map(({ message, path: at }) => `${at.join('.')}: ${message}`)).toEqual([]);
    expect(document?.version()).toBe('3.0.0');
    expect(document?.channels().all()).toHaveLength(2 * EVENT_TYPES.length);
    expect(document?.channels().get('sca.requested')?.bindings().get('kafka')?.value()).toMatchObject({ topic: 'sca.requested', partitions: 6 });
  });

  it.each(EVENT_TYPES)('%s: a validator that knows nothing of ours takes the example and refuses a spoilt one', (type) => {
    const schema = JSON.parse(readFileSync(path.join(COMMITTED, `${type}.json`), 'utf8')) as { required: string[]; examples: unknown[] };
    const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);
    expect(validate(schema.examples[0])).toBe(true);
    expect(schema.examples[0]).toEqual(EVENT_EXAMPLES[type]);
    for (const field of schema.required) expect(validate({ ...EVENT_EXAMPLES[type], [field]: undefined })).toBe(false);
    expect(validate({ ...EVENT_EXAMPLES[type], unknownField: 1 })).toBe(EVENTS[type].fields === 'open');
  });
});

describe('the check', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'events-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const spoil = (name: string, spoilt: (text: string) => string): void => {
    const file = path.join(folder, name);
    writeFileSync(file, spoilt(readFileSync(file, 'utf8')));
  };

  it('names what is missing, what differs and what belongs to nothing', () => {
    expect(driftedDocuments(folder)).toHaveLength(generatedDocuments().length);
    expect(writeDocuments(folder)).toHaveLength(generatedDocuments().length);
    expect(driftedDocuments(folder)).toEqual([]);
    spoil('sca.verdict.v1.json', (text) => text.replace('mayProceed', 'mayproceed'));
    writeFileSync(path.join(folder, 'sca.gone.v1.json'), '{}');
    expect(driftedDocuments(folder)).toEqual(['sca.verdict.v1.json', 'sca.gone.v1.json']);
    expect(writeDocuments(folder)).toEqual(['sca.verdict.v1.json', 'sca.gone.v1.json']);
  });

  it('finds a released field or event that is gone, and releases nothing then', () => {
    expect(release(folder)).toEqual([]);
    expect(changesSinceRelease(folder)).toEqual([]);
    spoil('released/sca.verdict.v1.json', (text) => text.replaceAll('"assurance"', '"promise"'));
    writeFileSync(path.join(folder, 'released', 'sca.gone.v1.json'), '{}');
    const changes = ['sca.gone.v1.json: the event is gone', 'sca.verdict.v1.json: promise: removed', 'sca.verdict.v1.json: assurance: became required'];
    expect([...changesSinceRelease(folder)].sort()).toEqual([...changes].sort());
    expect(release(folder)).toHaveLength(changes.length);
    expect(readFileSync(path.join(folder, 'released', 'sca.verdict.v1.json'), 'utf8')).toContain('"promise"');
  });

  it('says so where there is no workspace', () => {
    expect(() => documentsFolder(folder)).toThrow('no workspace');
  });
});
