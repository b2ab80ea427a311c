import { stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parsePolicy, type Policy } from '@assent/domain-exemption';
import { Command } from 'commander';
import { EXIT, print, say, wrongUse } from '../../command-end';
import { readJson } from '../read-input';
import { Backtest } from './backtest';
import { ByteProgress } from './byte-progress';
import { COLUMNS, linesOf, paymentOf, type LineReader, readerFor, UnreadableLine } from './payment-lines';
import { reportHtml } from './report-html';
import { reportJson } from './report-json';
import { reportTable } from './report-table';

const EXAMPLES = `
Examples:
  $ assent exemption generate --payments 100000 --seed 7 > year.csv
  $ assent exemption backtest --payments year.csv --policy now.json --policy next.json --html report.html
      what each policy would have made of the payments, and where the two differ
  $ assent exemption backtest --payments year.ndjson --policy next.json --json | jq '.policies[0].exemptShare'

Columns (CSV header, or members of each NDJSON line): ${COLUMNS.join(', ')}.
Exit code: 0 done, 1 no line could be read, 2 wrong use.`;

/** The first lines that cannot be read are named; of the rest only the number. */
const NAMED_MAX = 5;

interface Options {
  readonly payments: string;
  readonly policy: readonly string[];
  readonly html?: string;
  readonly json?: true;
}

/** `assent exemption backtest`: sends payments of the past through policies. */
export function backtestCommand(): Command {
  return new Command('backtest')
    .description('send payments of the past through one or more policies')
    .requiredOption('--payments <file>', 'past payments, .csv or .ndjson, of any size')
    .requiredOption('--policy <file>', 'policy file; give it again to compare', (file: string, files: readonly string[]) => [...files, file], [])
    .option('--html <file>', 'write a page with plots')
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', EXAMPLES)
    .action(async (options: Options) => {
      process.exitCode = await backtest(options);
    });
}

async function backtest({ payments, policy, html, json }: Options): Promise<(typeof EXIT)['done' | 'no']> {
  const entrants = await Promise.all(policy.map(readPolicy));
  const [first] = entrants;
  if (first === undefined) throw wrongUse('name at least one policy by --policy');
  const { currency } = first.policy.profile;
  if (entrants.some((one) => one.policy.profile.currency !== currency)) throw wrongUse('the policies are of regimes with different currencies');
  const run = new Backtest(entrants);
  await replayFile(payments, currency, run);
  const result = run.result();
  if (html !== undefined) await writeFile(html, reportHtml(result));
  print(json === true ? JSON.stringify(reportJson(result)) : reportTable(result));
  return result.payments === 0 ? EXIT.no : EXIT.done;
}

async function readPolicy(file: string): Promise<{ readonly name: string; readonly policy: Policy }> {
  const policy = parsePolicy(await readJson(file));
  if (!policy.ok) throw wrongUse(`${file} is no policy: ${policy.error}`);
  return { name: path.basename(file), policy: policy.value };
}

async function replayFile(file: string, currency: string, run: Backtest): Promise<void> {
  const progress = new ByteProgress(process.stderr, await sizeOf(file), () => Date.now());
  const read = readerFor(file);
  let number = 0;
  let unreadable = 0;
  for await (const lines of linesOf(file, (bytes) => progress.add(bytes))) {
    for (const line of lines) {
      number++;
      const problem = takeLine(line, number, read, currency, run);
      if (problem !== null && ++unreadable <= NAMED_MAX) say(`line ${number} is left out: ${problem}`);
    }
    progress.show(number);
  }
  progress.clear();
}

/** Null where the line was taken, or holds no payment. */
function takeLine(line: string, number: number, read: LineReader, currency: string, run: Backtest): string | null {
  if (line === '' || line === '\r') return null;
  try {
    const cells = read(line);
    if (cells !== null) run.take(paymentOf(cells, currency));
    return null;
  } catch (error) {
    if (!(error instanceof UnreadableLine)) throw error;
    if (number === 1) throw wrongUse(`the file of payments cannot be used: ${error.message}`);
    run.skip();
    return error.message;
  }
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch {
    throw wrongUse(`${file} cannot be read`);
  }
}
