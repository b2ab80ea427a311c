import { userInfo } from 'node:os';
import { Command } from 'commander';
import { CommandEnd, EXIT, type ExitCode, print, say, wrongUse } from '../../command-end';
import { brokersOf, operatorKafka } from '../kafka';
import { faint, table } from '../table';
import { findLetters, type StoredLetter } from './dead-letters';
import { filterOf, isNarrow, letterId, type LetterOptions, wholeNumber, withLetterOptions } from './letter-options';
import { redriveLetters, type RedriveOrder } from './redrive-letters';
import { appendRecord, RECORD_FILE, recordedRedrives, recordLine } from './redrive-record';

const MAX = 100;
const MAX_MOST = 100_000;
const RATE = 20;
const RATE_MOST = 1000;
const NOTE_LENGTH_MAX = 200;

const EXAMPLES = `
Examples:
  $ assent dlq redrive sca.requested.dlq/0/17                       what would be done
  $ assent dlq redrive sca.requested.dlq/0/17 --execute --reason 'policy 12 mended, ticket 4711'
  $ assent dlq redrive --code HANDLER_FAILED --since 2h --max 500 --rate 50 --execute --reason 'release 1.4.2'
  $ assent dlq redrive --all --json

Without --execute nothing is sent. A redriven message goes back to where it came from with its bytes unchanged and \`dlq-redrive\` counted up, so it is
handled as a message of its own; a repeat of the same redrive has no effect. Who, when and why travel with it into the audit ledger, and into --record.
Mend the cause first: a message that does not fit the contract (BODY_INVALID, KEY_MISMATCH, …) comes back as it went.

Exit code: 0 done, 1 none fits or some could not be redriven, 2 wrong use, 3 Kafka cannot be reached.`;

interface Options extends LetterOptions {
  readonly all?: boolean;
  readonly execute?: boolean;
  readonly reason?: string;
  readonly by: string;
  readonly max: number;
  readonly rate: number;
  readonly record: string;
  readonly again?: boolean;
}

/** `assent dlq redrive`: sends dead letters back where they came from; a dry run unless told otherwise. */
export function redriveCommand(): Command {
  const command = new Command('redrive')
    .description('send dead letters back to where they came from (a dry run without --execute)')
    .argument('[ids...]', 'as `assent dlq list` prints them', letterId);
  return withLetterOptions(command)
    .option('--all', 'every dead letter there is')
    .option('--again', 'also those that were redriven from here before')
    .option('--execute', 'do it')
    .option('--reason <text>', 'why, in one line: it is recorded')
    .option('--by <name>', 'who: it is recorded', note, userName())
    .option('--max <count>', 'at most so many, the oldest', wholeNumber(1, MAX_MOST), MAX)
    .option('--rate <per second>', 'at most so many a second', wholeNumber(1, RATE_MOST), RATE)
    .option('--record <file>', 'journal of what was redriven from here', RECORD_FILE)
    .addHelpText('after', EXAMPLES)
    .action(async (ids: string[], options: Options) => {
      process.exitCode = await run(ids, options);
    });
}

async function run(ids: readonly string[], options: Options): Promise<ExitCode> {
  if (ids.length === 0 && !isNarrow(options) && options.all !== true) throw wrongUse('say which: ids, a filter, or --all');
  if (options.execute === true && options.reason === undefined) throw wrongUse('--execute needs a --reason: it is recorded with every message');
  const kafka = operatorKafka(await brokersOf(options.stack));
  const found = await findLetters(kafka, filterOf(options, ids, Date.now()));
  const missing = ids.filter((id) => !found.some((letter) => letter.id === id));
  if (missing.length > 0) throw new CommandEnd(EXIT.no, `there is no dead letter ${missing.join(', ')} (any more)`);
  const known = options.again === true ? new Map() : recordedRedrives(options.record);
  const fresh = found.filter(({ id }) => !known.has(id));
  if (fresh.length < found.length) say(`${found.length - fresh.length} were redriven from here before and are left out (--again)`);
  if (fresh.length === 0) {
    say('no dead letter fits');
    return EXIT.no;
  }
  const chosen = fresh.slice(0, options.max);
  if (chosen.length < fresh.length) say(`${fresh.length} fit; the oldest ${chosen.length} are taken (--max)`);
  return options.execute === true ? execute(kafka, chosen, options) : rehearse(chosen, options);
}

function rehearse(letters: readonly StoredLetter[], { json }: Options): ExitCode {
  if (json === true) for (const letter of letters) print(JSON.stringify({ ...plan(letter), executed: false }));
  else for (const line of table([['id', 'to', 'redrive', 'code'].map(faint), ...letters.map((letter) => row(plan(letter)))], [2])) print(line);
  say(`a dry run: nothing was sent. With --execute and a --reason, ${letters.length} ${letters.length === 1 ? 'message is' : 'messages are'} redriven`);
  return EXIT.done;
}

interface Plan {
  readonly id: string;
  readonly to: string;
  readonly redrive: number;
  readonly code: string;
}

const plan = ({ id, topic, redrives, code }: StoredLetter): Plan => ({ id, to: topic.replace(/\.dlq$/, ''), redrive: redrives + 1, code });
const row = ({ id, to, redrive, code }: Plan): string[] => [id, to, String(redrive), code];

async function execute(kafka: ReturnType<typeof operatorKafka>, letters: readonly StoredLetter[], options: Options): Promise<ExitCode> {
  const { by, reason = '', rate, record, json } = options;
  const order: RedriveOrder = { by, reason: note(reason), rate, nowMs: Date.now };
  let sent = 0;
  let kept = 0;
  await redriveLetters(
    kafka,
    letters,
    order,
    (redriven) => {
      const entry = recordLine(redriven, order);
      appendRecord(record, entry);
      print(json === true ? JSON.stringify({ ...entry, executed: true }) : `${redriven.letter.id}  →  ${String(entry['to'])}`);
      sent += 1;
    },
    (letter, why) => {
      say(`${letter.id} stays: ${why}`);
      kept += 1;
    },
  );
  say(`${sent} redriven, ${kept} could not be; recorded in ${record}`);
  return kept === 0 ? EXIT.done : EXIT.no;
}

/** A line of text that a header and a journal can take. */
function note(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cs}]+/gu, ' ').trim();
  if (line === '' || line.length > NOTE_LENGTH_MAX) throw wrongUse(`who and why are texts of 1 to ${NOTE_LENGTH_MAX} characters`);
  return line;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}
