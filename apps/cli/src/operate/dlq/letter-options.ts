import { DEAD_LETTER_CODES, type DeadLetterCode, describeTopic } from '@assent/contracts';
import { type Command, InvalidArgumentError } from 'commander';
import { STACK_FILE } from '../../running/stack';
import type { LetterFilter } from './dead-letters';

export interface LetterOptions {
  readonly stack: string;
  readonly topic?: string;
  readonly code?: DeadLetterCode;
  readonly gateway?: string;
  readonly authentication?: string;
  /** Milliseconds: how far back. */
  readonly since?: number;
  readonly json?: boolean;
}

/** The options by which `list` and `redrive` choose dead letters. */
export function withLetterOptions(command: Command): Command {
  return command
    .option('--topic <topic>', 'of the originals or of the dead letters, such as sca.requested', topic)
    .option('--code <code>', `why: ${DEAD_LETTER_CODES.join(', ')}`, code)
    .option('--gateway <id>', 'whose')
    .option('--authentication <id>', 'about which authentication')
    .option('--since <time>', 'set aside in the last 30m, 12h, 7d', ago)
    .option('--stack <file>', 'where the deployment is', STACK_FILE)
    .option('--json', 'one JSON line per dead letter on standard output');
}

export function filterOf({ topic, code, gateway, authentication, since }: LetterOptions, ids: readonly string[], nowMs: number): LetterFilter {
  return {
    ...(topic === undefined ? {} : { topic }),
    ...(code === undefined ? {} : { code }),
    ...(gateway === undefined ? {} : { gateway }),
    ...(authentication === undefined ? {} : { authentication }),
    ...(since === undefined ? {} : { sinceMs: nowMs - since }),
    ...(ids.length === 0 ? {} : { ids: new Set(ids) }),
  };
}

/** Whether it names which letters: a redrive of simply everything must be asked for in so many words. */
export const isNarrow = (options: LetterOptions): boolean =>
  [options.topic, options.code, options.gateway, options.authentication, options.since].some((part) => part !== undefined);

const ID = /^[A-Za-z0-9._-]+\.dlq\/\d{1,6}\/\d{1,19}$/;

/** `<topic>.dlq/<partition>/<offset>`, as `list` prints it. */
export function letterId(text: string, previous: readonly string[] = []): string[] {
  if (!ID.test(text) || describeTopic(text.slice(0, text.indexOf('/')))?.deadLetter !== true) {
    throw new InvalidArgumentError('it must be an id as `assent dlq list` prints it, such as sca.requested.dlq/0/17.');
  }
  return [...previous, text];
}

function topic(text: string): string {
  if (describeTopic(text) === null) throw new InvalidArgumentError('no topic of Assent is called so.');
  return text;
}

function code(text: string): DeadLetterCode {
  const known = DEAD_LETTER_CODES.find((one) => one === text);
  if (known === undefined) throw new InvalidArgumentError(`it must be one of ${DEAD_LETTER_CODES.join(', ')}.`);
  return known;
}

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

function ago(text: string): number {
  const [, count = '', unit = ''] = /^(\d{1,4})([mhd])$/.exec(text) ?? [];
  const unitMs = UNIT_MS[unit];
  if (unitMs === undefined) throw new InvalidArgumentError('it must be a number of minutes, hours or days: 30m, 12h, 7d.');
  return Number(count) * unitMs;
}

export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    if (!/^\d{1,9}$/.test(text) || Number(text) < least || Number(text) > most) throw new InvalidArgumentError(`it must be a whole number from ${least} to ${most}.`);
    return Number(text);
  };
}
