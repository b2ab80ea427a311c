import type { EventType } from '../events/event-types';
import { EVENTS } from '../events/registry';
import type { RawRecord } from '../record';
import { EVENT_EXAMPLES, EXAMPLE_KEYS } from './event-examples';

/** What differs from the example. A header of null is left out. */
export interface ExampleChanges {
  readonly topic?: string;
  readonly key?: string | Buffer | null;
  /** Becomes JSON, unless it is bytes; null for no value. */
  readonly value?: unknown;
  readonly headers?: Readonly<Record<string, string | Buffer | null>>;
  readonly offset?: string;
  readonly timestamp?: number;
}

const bytes = (content: string | Buffer): Buffer => (typeof content === 'string' ? Buffer.from(content, 'utf8') : content);

/** A record as Kafka would deliver it, carrying the example of its type: what tests start from and then spoil. */
export function exampleRecord(type: EventType, changes: ExampleChanges = {}): RawRecord {
  const { topic, writers } = EVENTS[type];
  const source = writers.gateways ? '/gateways/demo' : `/services/${writers.services[0] ?? ''}`;
  const attributes: Record<string, string | Buffer | null> = {
    ce_specversion: '1.0',
    ce_id: '01937a10-2f6e-7c11-9a55-0b1c2d3e4f50',
    ce_source: source,
    ce_type: type,
    ce_time: '2026-11-24T10:00:00.000Z',
    'content-type': 'application/json',
    ...changes.headers,
  };
  const headers: Record<string, Buffer> = {};
  for (const [name, content] of Object.entries(attributes)) if (content !== null) headers[name] = bytes(content);
  const key = changes.key === undefined ? EXAMPLE_KEYS[type] : changes.key;
  const value = changes.value === undefined ? EVENT_EXAMPLES[type] : changes.value;
  return {
    topic: changes.topic ?? topic,
    partition: 0,
    offset: changes.offset ?? '42',
    timestamp: changes.timestamp ?? 1_795_514_400_000,
    key: key === null ? null : bytes(key),
    value: value === null ? null : bytes(Buffer.isBuffer(value) ? value : JSON.stringify(value)),
    headers,
  };
}
