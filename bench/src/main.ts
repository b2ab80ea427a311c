import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { Benchmark } from './benchmark';
import { jsonLine, table } from './report';

const USAGE_EXIT = 2;
const FAILED_EXIT = 1;

const write = (text: string): void => void process.stderr.write(`${text}\n`);

/** Every folder beside this file that has an index exports its benchmark under its own name. */
const names = (): string[] =>
  readdirSync(__dirname, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(path.join(__dirname, entry.name, 'index.js')))
    .map(({ name }) => name)
    .sort();

async function load(name: string): Promise<Benchmark> {
  const exported = (await import(path.join(__dirname, name, 'index.js'))) as Readonly<Record<string, Benchmark | undefined>>;
  const benchmark = Object.values(exported).find((candidate) => candidate?.name === name);
  if (benchmark === undefined) throw new Error(`bench/src/${name}/index.ts exports no benchmark of that name`);
  return benchmark;
}

async function help(): Promise<void> {
  write('usage: npm run -s bench -- NAME [--json] [--quick] [options]\n');
  for (const name of names()) {
    const { summary, options } = await load(name);
    write([`  ${name}  ${summary}`, ...options.map((line) => `      ${line}`)].join('\n'));
  }
  write('\nWords and progress go to standard error; the table, or with --json one line a measure, to standard output.');
}

async function main(args: readonly string[]): Promise<number> {
  const [name] = args.filter((argument) => !argument.startsWith('-'));
  if (name === undefined || args.includes('--help') || !names().includes(name)) {
    await help();
    return args.includes('--help') ? 0 : USAGE_EXIT;
  }
  const benchmark = await load(name);
  const started = Date.now();
  const say = (line: string): void => write(`${((Date.now() - started) / 1000).toFixed(0).padStart(5)} s  ${line}`);
  const { measures, notes, failures } = await benchmark.run({ quick: args.includes('--quick'), arguments: args.filter((argument) => argument !== name), say });
  const lines = args.includes('--json') ? measures.map((measure) => jsonLine(name, measure)).join('\n') : table(measures);
  process.stdout.write(`${lines}\n`);
  for (const note of notes) write(note);
  for (const failure of failures) write(`✗ ${failure}`);
  return failures.length === 0 ? 0 : FAILED_EXIT;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    write(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exit(FAILED_EXIT);
  },
);
