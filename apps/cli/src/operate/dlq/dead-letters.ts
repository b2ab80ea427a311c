import { DEAD_LETTER_CODES, DEAD_LETTER_HEADERS, type DeadLetterCode, describeTopic, type RawRecord } from '@assent/contracts';
import type { Kafka } from 'kafkajs';
import { rangesOf, readRanges, withAdmin } from '../kafka';

/** A dead letter as operators see it: why, where from, how often. Its content stays in `record`. */
export interface StoredLetter {
  /** `<topic>/<partition>/<offset>` in the dead-letter topic: what the other commands take. */
  readonly id: string;
  readonly topic: string;
  readonly code: string;
  readonly reason: string;
  /** `<topic>/<partition>/<offset>` of the original. */
  readonly origin: string;
  readonly service: string;
  readonly attempts: number;
  readonly firstAt: string;
  readonly lastAt: string;
  /** How often this message had been redriven when it was set aside. */
  readonly redrives: number;
  /** From the key, where it names one. */
  readonly gatewayId: string | null;
  readonly authenticationId: string | null;
  /** When it came into the dead-letter topic, by the broker's clock. */
  readonly storedAtMs: number;
  readonly record: RawRecord;
}

export interface LetterFilter {
  /** The topic of the originals, or that of the dead letters. */
  readonly topic?: string;
  readonly code?: DeadLetterCode;
  readonly gateway?: string;
  readonly authentication?: string;
  readonly sinceMs?: number;
  readonly ids?: ReadonlySet<string>;
}

/** All dead letters that fit, oldest first. @throws CommandEnd where the broker cannot be reached */
export async function findLetters(kafka: Kafka, filter: LetterFilter): Promise<StoredLetter[]> {
  const ranges = await withAdmin(kafka, async (admin) => {
    const topics = (await admin.listTopics()).filter((topic) => describeTopic(topic)?.deadLetter === true && isWanted(topic, filter));
    return rangesOf(admin, topics);
  });
  const found: StoredLetter[] = [];
  await readRanges(kafka, ranges, (record) => {
    const letter = letterOf(record);
    if (fits(letter, filter)) found.push(letter);
  });
  return found.sort((a, b) => a.storedAtMs - b.storedAtMs || compareIds(a.id, b.id));
}

function isWanted(topic: string, { topic: wanted, ids }: LetterFilter): boolean {
  if (ids !== undefined && ![...ids].some((id) => id.startsWith(`${topic}/`))) return false;
  return wanted === undefined || topic === wanted || topic === `${wanted}.dlq`;
}

function fits(letter: StoredLetter, { code, gateway, authentication, sinceMs, ids }: LetterFilter): boolean {
  if (ids !== undefined && !ids.has(letter.id)) return false;
  if (code !== undefined && letter.code !== code) return false;
  if (gateway !== undefined && letter.gatewayId !== gateway) return false;
  if (authentication !== undefined && letter.authenticationId !== authentication) return false;
  return sinceMs === undefined || letter.storedAtMs >= sinceMs;
}

const KEY = /^([A-Za-z0-9_-]{1,64}):([A-Za-z0-9_-]{1,128})$/;

export function letterOf(record: RawRecord): StoredLetter {
  const header = (name: string): string => record.headers[name]?.toString('utf8') ?? '';
  const names = DEAD_LETTER_HEADERS;
  const code = header(names.code);
  const [, gatewayId = null, authenticationId = null] = KEY.exec(record.key?.toString('utf8') ?? '') ?? [];
  return {
    id: `${record.topic}/${record.partition}/${record.offset}`,
    topic: record.topic,
    code: (DEAD_LETTER_CODES as readonly string[]).includes(code) ? code : 'UNKNOWN',
    reason: header(names.reason),
    origin: header(names.origin),
    service: header(names.service),
    attempts: Number(header(names.attempts)) || 0,
    firstAt: header(names.firstAt),
    lastAt: header(names.lastAt),
    redrives: Number(header(names.redrive)) || 0,
    gatewayId,
    authenticationId,
    storedAtMs: record.timestamp,
    record,
  };
}

/** What is printed of a letter: nothing of its content, which may be personal data. */
export function described({ record, storedAtMs, ...letter }: StoredLetter): Record<string, unknown> {
  return { ...letter, storedAt: new Date(storedAtMs).toISOString(), valueBytes: record.value?.length ?? null };
}

function compareIds(a: string, b: string): number {
  const offset = (id: string): bigint => BigInt(id.slice(id.lastIndexOf('/') + 1));
  const difference = offset(a) - offset(b);
  return difference === 0n ? a.localeCompare(b) : difference < 0n ? -1 : 1;
}
