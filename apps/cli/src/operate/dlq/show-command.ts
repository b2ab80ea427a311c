import { Command } from 'commander';
import { CommandEnd, EXIT, type ExitCode, print, say } from '../../command-end';
import { STACK_FILE } from '../../running/stack';
import { brokersOf, operatorKafka } from '../kafka';
import { faint, printable, table } from '../table';
import { described, findLetters, type StoredLetter } from './dead-letters';
import { letterId } from './letter-options';

const EXAMPLES = `
Examples:
  $ assent dlq show sca.requested.dlq/0/17
  $ assent dlq show sca.requested.dlq/0/17 --value | jq .

--value prints the message's own bytes and its other headers, which may hold personal data: account numbers, names, payers.
Exit code: 0 done, 1 there is no such dead letter, 2 wrong use, 3 Kafka cannot be reached.`;

interface Options {
  readonly stack: string;
  readonly value?: boolean;
  readonly json?: boolean;
}

/** `assent dlq show`: everything about one dead letter; its content only where asked for. */
export function showCommand(): Command {
  return new Command('show')
    .description('one dead letter')
    .argument('<id>', 'as `assent dlq list` prints it', (text: string) => letterId(text)[0])
    .option('--value', 'print the content, and nothing else, on standard output')
    .option('--stack <file>', 'where the deployment is', STACK_FILE)
    .option('--json', 'one JSON document on standard output; with --value the content is part of it, in base64')
    .addHelpText('after', EXAMPLES)
    .action(async (id: string, options: Options) => {
      process.exitCode = await show(id, options);
    });
}

async function show(id: string, { stack, value, json }: Options): Promise<ExitCode> {
  const [letter] = await findLetters(operatorKafka(await brokersOf(stack)), { ids: new Set([id]) });
  if (letter === undefined) throw new CommandEnd(EXIT.no, `there is no dead letter ${id} (any more)`);
  if (json === true) {
    print(JSON.stringify(value === true ? { ...described(letter), ...content(letter) } : described(letter)));
    return EXIT.done;
  }
  if (value === true) {
    for (const line of about(letter)) say(line);
    process.stdout.write(letter.record.value ?? '');
  } else {
    for (const line of about(letter)) print(line);
  }
  return EXIT.done;
}

function about(letter: StoredLetter): string[] {
  const { id, code, reason, origin, service, attempts, firstAt, lastAt, redrives, gatewayId, authenticationId, record } = letter;
  const bytes = record.value === null ? 'none' : `${record.value.length} bytes`;
  const rows = [
    ['id', id],
    ['code', code],
    ['reason', reason],
    ['came from', origin],
    ['set aside by', service],
    ['attempts', String(attempts)],
    ['first, last try', `${firstAt}, ${lastAt}`],
    ['redriven before', String(redrives)],
    ['gateway', gatewayId ?? '-'],
    ['authentication', authenticationId ?? '-'],
    ['value', bytes],
  ];
  return table(rows.map(([name = '', text = '']) => [faint(name), printable(text)]));
}

function content({ record }: StoredLetter): Record<string, unknown> {
  const base64 = (bytes: Buffer | null): string | null => bytes?.toString('base64') ?? null;
  const headers = Object.fromEntries(Object.entries(record.headers).map(([name, bytes]) => [name, bytes.toString('base64')]));
  return { key: base64(record.key), value: base64(record.value), headers };
}
