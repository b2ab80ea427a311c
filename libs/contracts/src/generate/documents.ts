import { EVENT_EXAMPLES } from '../examples/event-examples';
import { EVENTS, type EventDefinition } from '../events/registry';
import { eventSchema } from '../schema/event-schema';
import { asyncApiDocument, writersInWords } from './async-api';
import { keyFormInWords } from '../reading/read-key';

/** Version of the contract as a whole: grows with every released change; a breaking one is a new event version beside the old. */
export const CONTRACT_VERSION = '1.0.0';

export interface GeneratedDocument {
  /** File name inside the folder of the documents. */
  readonly name: string;
  readonly text: string;
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

export const documentName = ({ type }: EventDefinition): string => `${type}.json`;

/** The JSON Schemas of all event bodies, each with one example. */
export const schemaDocuments = (): GeneratedDocument[] =>
  Object.values(EVENTS).map((event) => ({
    name: documentName(event),
    text: json({ ...eventSchema(event), examples: [EVENT_EXAMPLES[event.type]] }),
  }));

function keyInMarkdown({ key }: EventDefinition): string {
  const form = keyFormInWords(key);
  return form.includes('<') ? `\`${form}\`` : form;
}

function overview(): string {
  const rows = Object.values(EVENTS).map((event) => {
    const link = `[\`${event.type}\`](${event.type}.json)`;
    return `| \`${event.topic}\` | ${link} | ${keyInMarkdown(event)} | ${writersInWords(event)} |`;
  });
  return [
    '# Events',
    '',
    'Generated from `libs/contracts` (`npm run generate`); a difference fails the build. Every schema carries an example.',
    '[`asyncapi.json`](asyncapi.json) has topics, keys, headers and settings.',
    'Version 1 only ever grows: `released/` holds the schemas as they were last released, and a test compares.',
    '',
    '| topic | event | key | written by |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

/** Everything that is generated and committed. */
export const generatedDocuments = (): GeneratedDocument[] => [
  ...schemaDocuments(),
  { name: 'asyncapi.json', text: json(asyncApiDocument(CONTRACT_VERSION)) },
  { name: 'README.md', text: overview() },
];
