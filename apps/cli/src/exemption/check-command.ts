import { Command } from 'commander';
import { EXIT, type ExitCode, print, say, wrongUse } from '../command-end';
import { readInput } from './read-input';
import { readSuite } from './vector-suite';

const EXAMPLES = `
Examples:
  $ assent exemption check --vectors libs/testing/vectors/exemption-vectors.json
      the published vectors: decisions, counters, dynamic linking, codes, fraud rates, cessation, transport, liability
  $ assent exemption check --vectors mine.json | jq 'select(.pass | not)'

One JSON line for each vector on standard output: {"id","pass","actual"}.
Exit code: 0 all pass, 1 one does not, 2 wrong use.`;

/** `assent exemption check`: holds the engine against a file of vectors. */
export function checkCommand(): Command {
  return new Command('check')
    .description('run a file of exemption vectors against this engine')
    .requiredOption('--vectors <file>', 'JSON file in the form of the published vectors, - for standard input')
    .option('--json', 'has no effect: standard output is JSON lines in any case')
    .addHelpText('after', EXAMPLES)
    .action(async ({ vectors }: { vectors: string }) => {
      process.exitCode = await check(vectors);
    });
}

async function check(file: string): Promise<ExitCode> {
  const suite = readSuite(await readInput(file));
  if (!suite.ok) throw wrongUse(`${file} cannot be used: ${suite.message}`);
  let failed = 0;
  for (const vector of suite.vectors) {
    const result = vector.run();
    print(JSON.stringify({ id: vector.id, pass: result.pass, actual: result.actual }));
    if (result.pass) continue;
    failed++;
    say(`${vector.id}: does not come out as expected${vector.unresolved ? ' (unresolved in law: it follows its switch)' : ''}`);
  }
  say(`${suite.vectors.length - failed} passed, ${failed} failed`);
  return failed === 0 ? EXIT.done : EXIT.no;
}
