import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { Redriven, RedriveOrder } from './redrive-letters';

/** The operators' own journal, beside the stack file. The ledger holds the same of each message, sealed; this one is for looking things up. */
export const RECORD_FILE = path.join('.assent', 'redrives.ndjson');

const line = z.object({ letter: z.string(), at: z.string(), by: z.string() });
export type RecordedRedrive = z.infer<typeof line>;

/** What a redrive leaves behind: who, why, when, from where to where. Nothing of the message's content. */
export function recordLine({ letter, topic, partition, offset, redrive, at }: Redriven, { by, reason }: Pick<RedriveOrder, 'by' | 'reason'>): Record<string, unknown> {
  return { at, by, reason, letter: letter.id, code: letter.code, to: `${topic}/${partition}/${offset}`, redrive };
}

/** Appends one line, readable by its owner only. */
export function appendRecord(file: string, entry: Record<string, unknown>): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  appendFileSync(file, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
}

/** The last redrive of each letter that this journal knows. Broken lines are passed over: a journal is read as far as it can be. */
export function recordedRedrives(file: string): ReadonlyMap<string, RecordedRedrive> {
  if (!existsSync(file)) return new Map();
  const known = new Map<string, RecordedRedrive>();
  for (const text of readFileSync(file, 'utf8').split('\n')) {
    const parsed = line.safeParse(jsonOrNull(text));
    if (parsed.success) known.set(parsed.data.letter, parsed.data);
  }
  return known;
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
