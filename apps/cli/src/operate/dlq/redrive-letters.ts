import { setTimeout as delay } from 'node:timers/promises';
import { type OutboundRecord, redrive } from '@assent/contracts';
import { type IHeaders, type Kafka, Partitioners } from 'kafkajs';
import { asUnreachable } from '../kafka';
import type { StoredLetter } from './dead-letters';

/**
 * Who sent a dead letter on its way again, and why: they travel with the message, so the audit ledger seals them with its bytes.
 * Not `dlq-…`: those are the notes of the service that set it aside, and are taken off.
 */
export const REDRIVE_HEADERS = { by: 'redrive-by', reason: 'redrive-reason', at: 'redrive-at', from: 'redrive-from' } as const;

export interface RedriveOrder {
  readonly by: string;
  readonly reason: string;
  /** Messages per second. */
  readonly rate: number;
  readonly nowMs: () => number;
}

export interface Redriven {
  readonly letter: StoredLetter;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  /** The count that makes it a message of its own. */
  readonly redrive: number;
  readonly at: string;
}

interface Ordered {
  readonly record: OutboundRecord;
  readonly at: string;
}

/** The message that goes back, or why there is none. */
export function redriveOrder(letter: StoredLetter, { by, reason, nowMs }: RedriveOrder): Ordered | { readonly refused: string } {
  const again = redrive(letter.record);
  if (!again.ok) return { refused: again.error };
  const at = new Date(nowMs()).toISOString();
  const notes = { [REDRIVE_HEADERS.by]: by, [REDRIVE_HEADERS.reason]: reason, [REDRIVE_HEADERS.at]: at, [REDRIVE_HEADERS.from]: letter.id };
  return { record: { ...again.value, headers: { ...again.value.headers, ...notes } }, at };
}

/**
 * Publishes letters again where they came from, one after another, each acknowledged by the broker before the next. `done` is told of each.
 * A repeat of the same redrive has no effect: the inbox knows a message by its id and its redrive count.
 * @throws CommandEnd where the broker goes away; what `done` was told of is out
 */
export async function redriveLetters(
  kafka: Kafka,
  letters: readonly StoredLetter[],
  order: RedriveOrder,
  done: (redriven: Redriven) => void,
  refused: (letter: StoredLetter, reason: string) => void,
): Promise<void> {
  const producer = kafka.producer({ allowAutoTopicCreation: false, idempotent: false, maxInFlightRequests: 1, createPartitioner: Partitioners.DefaultPartitioner });
  try {
    await producer.connect();
    for (const [i, letter] of letters.entries()) {
      const ordered = redriveOrder(letter, order);
      if ('refused' in ordered) {
        refused(letter, ordered.refused);
        continue;
      }
      if (i > 0) await delay(1000 / order.rate);
      const { topic, key, value, headers, repeatedHeaders = [] } = ordered.record;
      const [stored] = await producer.send({ topic, acks: -1, messages: [{ key, value, headers: withRepeated(headers, repeatedHeaders) }] });
      done({ letter, topic, partition: stored?.partition ?? -1, offset: stored?.baseOffset ?? '', redrive: Number(headers['dlq-redrive']), at: ordered.at });
    }
  } catch (error) {
    throw asUnreachable(error);
  } finally {
    await producer.disconnect().catch(() => undefined);
  }
}

function withRepeated(headers: OutboundRecord['headers'], repeated: NonNullable<OutboundRecord['repeatedHeaders']>): IHeaders {
  const all = new Map<string, string | Buffer | (string | Buffer)[]>(Object.entries(headers));
  for (const name of new Set(repeated.map(([repeatedName]) => repeatedName))) {
    const last = Object.hasOwn(headers, name) ? headers[name] : undefined;
    all.set(name, [...repeated.filter(([one]) => one === name).map(([, value]) => value), ...(last === undefined ? [] : [last])]);
  }
  return Object.fromEntries(all);
}
