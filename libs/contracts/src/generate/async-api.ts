import { DEAD_LETTER_CODES } from '../envelope';
import { EVENT_EXAMPLES, EXAMPLE_KEYS } from '../examples/event-examples';
import type { EventType } from '../events/event-types';
import { EVENTS, type EventDefinition, type KeyForm } from '../events/registry';
import type { JsonSchema } from '../fields';
import { keyFormInWords } from '../reading/read-key';
import { schemasOf } from '../schema/json-schema';
import { deadLetterTopic, topicSpecs, type TopicSpec } from '../topics';
import { deadLetterHeadersSchema, envelopeSchema } from './header-schemas';

const BINDING_VERSION = '0.5.0';

const keyInWords = (form: KeyForm): string => keyFormInWords(form).replace(/^<.*>$/, '`$&`');

export function writersInWords({ writers }: EventDefinition): string {
  return [...(writers.gateways ? ['gateways'] : []), ...writers.services].join(', ');
}

const component = (type: EventType, part: string): string => `${type}.${part}`;

function payloadSchemas(event: EventDefinition): [string, JsonSchema][] {
  const { body, parts } = schemasOf(event.body, { fields: event.fields, refer: (name) => `#/components/schemas/${component(event.type, name)}` });
  return [[event.type, body], ...[...parts].map(([name, schema]): [string, JsonSchema] => [component(event.type, name), schema])];
}

const keySchema = (event: EventDefinition): object => ({ type: 'string', description: keyInWords(event.key), examples: [EXAMPLE_KEYS[event.type]] });

const message = (event: EventDefinition): object => ({
  name: event.type,
  title: event.type,
  summary: `Written by ${writersInWords(event)}.`,
  contentType: 'application/json',
  headers: { $ref: '#/components/schemas/envelope' },
  payload: { $ref: `#/components/schemas/${event.type}` },
  correlationId: { location: '$message.header#/ce_correlationid', description: 'The authentication id.' },
  bindings: { kafka: { key: keySchema(event), bindingVersion: BINDING_VERSION } },
  examples: [{ name: event.type, payload: EVENT_EXAMPLES[event.type] }],
});

/** A dead letter's value is the original's, whatever it was: only its headers are promised. */
const deadLetterMessage = (event: EventDefinition): object => ({
  name: `${event.topic}.dlq`,
  title: `Dead letter of ${event.topic}`,
  summary: 'The untouched key, value and headers of the original, and why it was set aside.',
  headers: { $ref: '#/components/schemas/deadLetterHeaders' },
  payload: {},
  bindings: { kafka: { bindingVersion: BINDING_VERSION } },
});

function channel({ topic, partitions, config }: TopicSpec, description: string, messages: object): object {
  const { 'cleanup.policy': cleanup, 'retention.ms': retention, 'max.message.bytes': bytes } = config;
  return {
    address: topic,
    description,
    messages,
    bindings: {
      kafka: {
        topic,
        partitions,
        topicConfiguration: { 'cleanup.policy': [cleanup], 'retention.ms': Number(retention), 'max.message.bytes': Number(bytes) },
        bindingVersion: BINDING_VERSION,
      },
    },
  };
}

/** The AsyncAPI 3 document of all topics, from the classes, the registry of events and the list of topics. */
export function asyncApiDocument(version: string): JsonSchema {
  const events = Object.values(EVENTS);
  const specs = new Map(topicSpecs({ kafkaGateways: [] }).map((spec) => [spec.topic, spec]));
  const specOf = (topic: string): TopicSpec => {
    const spec = specs.get(topic);
    if (spec === undefined) throw new Error(`no settings for topic ${topic}`);
    return spec;
  };
  const channels = events.flatMap((event) => {
    const dead = deadLetterTopic(event.topic);
    const messages = { [event.type]: { $ref: `#/components/messages/${event.type}` } };
    const description = `Key: ${keyInWords(event.key)}. Written by ${writersInWords(event)}.`;
    return [
      [event.topic, channel(specOf(event.topic), description, messages)],
      [dead, channel(specOf(dead), `Dead letters of ${event.topic}.`, { [dead]: { $ref: `#/components/messages/${dead}` } })],
    ] as const;
  });
  const operations = events.map((event) => [
    `${event.writers.gateways ? 'receive' : 'send'}.${event.topic}`,
    {
      action: event.writers.gateways ? 'receive' : 'send',
      channel: { $ref: `#/channels/${event.topic}` },
      messages: [{ $ref: `#/channels/${event.topic}/messages/${event.type}` }],
    },
  ]);
  return {
    asyncapi: '3.0.0',
    id: 'urn:assent:events',
    info: {
      title: 'Assent events',
      version,
      description:
        'Strong Customer Authentication over Kafka. CloudEvents 1.0, Kafka binding, binary mode. With more than one Kafka gateway, ' +
        'sca.requested, sca.session, sca.verdict, sca.revoked and payment.outcome (and their dead letters) exist once per gateway as `<topic>.<gatewayId>`.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    servers: { kafka: { host: 'localhost:9092', protocol: 'kafka', description: 'The brokers in KAFKA_BROKERS.' } },
    channels: Object.fromEntries(channels),
    operations: Object.fromEntries(operations),
    components: {
      messages: Object.fromEntries(
        events.flatMap((event) => [
          [event.type, message(event)],
          [deadLetterTopic(event.topic), deadLetterMessage(event)],
        ]),
      ),
      schemas: {
        envelope: envelopeSchema(),
        deadLetterHeaders: deadLetterHeadersSchema(DEAD_LETTER_CODES),
        ...Object.fromEntries(events.flatMap(payloadSchemas)),
      },
    },
  };
}
