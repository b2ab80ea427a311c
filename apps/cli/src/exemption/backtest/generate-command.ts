import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Command, InvalidArgumentError } from 'commander';
import { wrongUse } from '../../command-end';
import { COLUMNS } from './payment-lines';
import { syntheticPayments, type SyntheticOptions } from './synthetic-payments';

const EXAMPLES = `
Examples:
  $ assent exemption generate --payments 100000 --seed 7 > year.csv
  $ assent exemption generate --payments 1000000 --format ndjson > year.ndjson

The same seed gives the same payments: cards and transfers, remote and contactless, with fraud by path and risk score. They are made up: use them to
try policies and tools, and your own payments to decide.`;

const PAYMENTS_MAX = 1_000_000_000;
const LINES_AT_ONCE = 1000;

function wholeUpTo(max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value > max) throw new InvalidArgumentError(`must be a whole number up to ${max}`);
    return value;
  };
}

/** `assent exemption generate`: synthetic payments for examples and tests. */
export function generateCommand(): Command {
  return new Command('generate')
    .description('make up payments of a year, for examples and tests')
    .requiredOption('--payments <number>', 'how many', wholeUpTo(PAYMENTS_MAX))
    .option('--seed <number>', 'which ones', wholeUpTo(4_294_967_295), 1)
    .option('--year <number>', 'when', wholeUpTo(9998), 2025)
    .option('--format <form>', 'csv or ndjson', 'csv')
    .addHelpText('after', EXAMPLES)
    .action(async ({ format, ...options }: SyntheticOptions & { readonly format: string }) => {
      if (format !== 'csv' && format !== 'ndjson') throw wrongUse('--format must be csv or ndjson');
      await pipeline(Readable.from(chunks(options, format)), process.stdout, { end: false });
    });
}

function* chunks(options: SyntheticOptions, format: 'csv' | 'ndjson'): Generator<string> {
  let lines: string[] = format === 'csv' ? [COLUMNS.join(',')] : [];
  for (const payment of syntheticPayments(options)) {
    lines.push(format === 'csv' ? COLUMNS.map((name) => String(payment[name])).join(',') : JSON.stringify(payment));
    if (lines.length < LINES_AT_ONCE) continue;
    yield `${lines.join('\n')}\n`;
    lines = [];
  }
  if (lines.length > 0) yield `${lines.join('\n')}\n`;
}
