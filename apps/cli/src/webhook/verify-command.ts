import { readFile } from 'node:fs/promises';
import { text as textOf } from 'node:stream/consumers';
import { Command } from 'commander';
import { EXIT, print, say, wrongUse, type ExitCode } from '../command-end';
import { judgeVector } from './judge-vector';
import { readVectors } from './vectors-file';

const EXAMPLES = `
Examples:
  $ assent webhook verify --vectors libs/testing/vectors/didit-signature-vectors.json
      the published vectors: each signature of each body, at the moment of its own timestamp
  $ assent webhook verify --vectors deliveries.json | jq 'select(.accepted | not)'
      deliveries with "secret", "headers", "raw_body", "now" (Unix seconds) and "expect" ("accept" or "reject")
  $ cat deliveries.json | assent webhook verify --vectors -

One JSON line for each vector on standard output: {"name","accepted","reason"}.
Exit code: 0 all are as expected, 1 one is not, 2 wrong use.`;

/** `assent webhook verify`: judges deliveries with the code that judges them in webhook-ingest. */
export function verifyCommand(): Command {
  return new Command('verify')
    .description('check signatures of webhooks from a file, as webhook-ingest would')
    .requiredOption('--vectors <file>', 'JSON file of vectors, - for standard input')
    .option('--json', 'has no effect: standard output is JSON lines in any case')
    .addHelpText('after', EXAMPLES)
    .action(async ({ vectors }: { vectors: string }) => {
      process.exitCode = await verify(vectors);
    });
}

async function verify(file: string): Promise<ExitCode> {
  const read = readVectors(await contentOf(file));
  if (!read.ok) throw wrongUse(`${file} cannot be used: ${read.message}`);
  let failed = 0;
  for (const vector of read.vectors) {
    const judgement = judgeVector(vector);
    print(JSON.stringify(judgement));
    if (judgement.accepted === (vector.expect === 'accept')) continue;
    failed++;
    say(`${vector.name}: expected ${vector.expect}, but it was ${judgement.accepted ? 'accepted' : 'refused'} (${judgement.reason})`);
  }
  say(`${read.vectors.length - failed} passed, ${failed} failed`);
  return failed === 0 ? EXIT.done : EXIT.no;
}

async function contentOf(file: string): Promise<string> {
  if (file === '-') return textOf(process.stdin);
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'error';
    throw wrongUse(`${file} cannot be read (${code})`);
  }
}
