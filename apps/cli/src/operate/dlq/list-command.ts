import { Command } from 'commander';
import { EXIT, type ExitCode, print, say } from '../../command-end';
import { brokersOf, operatorKafka } from '../kafka';
import { duration, faint, printable, table } from '../table';
import { described, findLetters, type StoredLetter } from './dead-letters';
import { filterOf, type LetterOptions, wholeNumber, withLetterOptions } from './letter-options';
import { RECORD_FILE, type RecordedRedrive, recordedRedrives } from './redrive-record';

const LIMIT = 100;
const LIMIT_MAX = 100_000;

const EXAMPLES = `
Examples:
  $ assent dlq list
  $ assent dlq list --topic sca.requested --code BODY_INVALID --since 24h
  $ assent dlq list --json | jq -r .code | sort | uniq -c

Nothing of a message's content is printed. Exit code: 0 done (also where there are none), 2 wrong use, 3 Kafka cannot be reached.`;

interface Options extends LetterOptions {
  readonly limit: number;
  readonly record: string;
}

/** `assent dlq list`: the dead letters of all topics, newest last. */
export function listCommand(): Command {
  return withLetterOptions(new Command('list').description('dead letters: why, whose, since when'))
    .option('--limit <count>', 'at most so many, the newest', wholeNumber(1, LIMIT_MAX), LIMIT)
    .option('--record <file>', 'journal that tells which were redriven from here', RECORD_FILE)
    .addHelpText('after', EXAMPLES)
    .action(async (options: Options) => {
      process.exitCode = await list(options);
    });
}

async function list(options: Options): Promise<ExitCode> {
  const nowMs = Date.now();
  const found = await findLetters(operatorKafka(await brokersOf(options.stack)), filterOf(options, [], nowMs));
  const shown = found.slice(-options.limit);
  const redriven = recordedRedrives(options.record);
  if (options.json === true) for (const letter of shown) print(JSON.stringify({ ...described(letter), redrivenAt: redriven.get(letter.id)?.at ?? null }));
  else if (shown.length > 0) for (const line of asTable(shown, redriven, nowMs)) print(line);
  if (shown.length < found.length) say(`${found.length - shown.length} older ones are not shown (--limit)`);
  if (found.length === 0) say('no dead letters');
  return EXIT.done;
}

const REASON_WIDTH = 90;

function asTable(letters: readonly StoredLetter[], redriven: ReadonlyMap<string, RecordedRedrive>, nowMs: number): string[] {
  const head = ['id', 'code', 'gateway', 'age', 'redriven', 'reason'].map(faint);
  const rows = letters.map((letter) => {
    const reason = printable(letter.reason);
    const shown = reason.length > REASON_WIDTH ? `${reason.slice(0, REASON_WIDTH - 1)}…` : reason;
    const age = duration(Math.max(0, nowMs - letter.storedAtMs) / 1000);
    return [letter.id, letter.code, letter.gatewayId ?? '', age, timesRedriven(letter, redriven), shown];
  });
  return table([head, ...rows], [3]);
}

/** How often before it was set aside, and whether from here since then. */
function timesRedriven({ id, redrives }: StoredLetter, redriven: ReadonlyMap<string, RecordedRedrive>): string {
  const since = redriven.has(id) ? 'since' : '';
  return [redrives === 0 ? '' : `${redrives}×`, since].filter((part) => part !== '').join(', ');
}
