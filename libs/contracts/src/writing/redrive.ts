import { type Result, ok, refuse } from '@assent/kernel';
import type { OutboundRecord, RawRecord } from '../record';
import { describeTopic } from '../topics';
import { DEAD_LETTER_HEADERS } from './dead-letter';

const DEAD_LETTER_PREFIX = 'dlq-';

/** How often this message was redriven: 0 for one that never was, null where the header is malformed. */
export function redriveOf(headers: RawRecord['headers']): number | null {
  const text = headers[DEAD_LETTER_HEADERS.redrive]?.toString('utf8');
  if (text === undefined) return 0;
  return /^[1-9]\d{0,4}$/.test(text) ? Number(text) : null;
}

/**
 * A dead letter as the message to publish again where it came from: the same bytes, without our notes, one redrive further, so that it
 * counts as a message of its own. Refused, in words, where the record is no dead letter.
 */
export function redrive(letter: RawRecord): Result<OutboundRecord, string> {
  const described = describeTopic(letter.topic);
  const topic = letter.headers[DEAD_LETTER_HEADERS.origin]?.toString('utf8').split('/')[0];
  const before = redriveOf(letter.headers);
  if (described?.deadLetter !== true || topic === undefined) return refuse('The record is no dead letter.');
  if (`${topic}.dlq` !== letter.topic) return refuse('The header dlq-origin names another topic than that of these dead letters.');
  if (before === null) return refuse('The header dlq-redrive is malformed.');
  const headers = Object.fromEntries(Object.entries(letter.headers).filter(([name]) => !name.startsWith(DEAD_LETTER_PREFIX)));
  return ok({
    topic,
    key: letter.key,
    value: letter.value,
    headers: { ...headers, [DEAD_LETTER_HEADERS.redrive]: String(before + 1) },
    ...(letter.repeatedHeaders === undefined ? {} : { repeatedHeaders: letter.repeatedHeaders }),
  });
}
