import { toRfc3339 } from '@assent/kernel';
import type { DeadLetterReason } from '../envelope';
import type { OutboundRecord, RawRecord } from '../record';
import { deadLetterTopic } from '../topics';

/** What is known of a message that is set aside. */
export interface DeadLetter extends DeadLetterReason {
  readonly attempts: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  /** The service that sets it aside. */
  readonly service: string;
}

export const DEAD_LETTER_HEADERS = {
  origin: 'dlq-origin',
  code: 'dlq-code',
  reason: 'dlq-reason',
  attempts: 'dlq-attempts',
  firstAt: 'dlq-first-at',
  lastAt: 'dlq-last-at',
  service: 'dlq-service',
  redrive: 'dlq-redrive',
} as const;

const REASON_MAX = 500;

/**
 * The message for `<topic>.dlq`: key, value and headers as they came, whatever bytes they are, and ours beside them. `dlq-` headers
 * that came with it are replaced, except `dlq-redrive`, which belongs to the message's identity.
 */
export function deadLetter(record: RawRecord, { code, reason, attempts, firstAtMs, lastAtMs, service }: DeadLetter): OutboundRecord {
  const names = DEAD_LETTER_HEADERS;
  return {
    topic: deadLetterTopic(record.topic),
    key: record.key,
    value: record.value,
    headers: {
      ...record.headers,
      [names.origin]: `${record.topic}/${record.partition}/${record.offset}`,
      [names.code]: code,
      [names.reason]: oneLine(reason),
      [names.attempts]: String(attempts),
      [names.firstAt]: toRfc3339(firstAtMs),
      [names.lastAt]: toRfc3339(lastAtMs),
      [names.service]: service,
    },
    ...(record.repeatedHeaders === undefined ? {} : { repeatedHeaders: record.repeatedHeaders }),
  };
}

const oneLine = (reason: string): string => reason.replace(/[\p{Cc}\p{Cs}]+/gu, ' ').slice(0, REASON_MAX);
