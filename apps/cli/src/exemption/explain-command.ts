import { explain, type Explanation } from '@assent/domain-exemption';
import { Command } from 'commander';
import { EXIT, print, wrongUse } from '../command-end';
import { explanationTable } from './explanation-table';
import { readJson } from './read-input';

const EXAMPLES = `
Examples:
  $ echo '{"amount":{"value":"30.01","currency":"EUR"},"consider":["EX16"]}' | assent exemption explain --facts -
      rule by rule: its article, whether it applies, what it looked at, and why not
  $ assent exemption explain --facts payment.json --json | jq '.rules[] | select(.passed | not)'

Facts have the names of the published vectors; whatever is left out is the ordinary case (a remote card payment of EUR 20.00 within the EEA).
Exit code: 0 the payment may go on without authentication, 1 it may not, 2 the facts cannot be read.`;

/** Decisions that let a payment go on without strong customer authentication. */
const GOES_ON: ReadonlySet<string> = new Set(['EXEMPT', 'OUT_OF_SCOPE', 'SCA_PROHIBITED']);

/** `assent exemption explain`: a dry run of the engine on facts that somebody wrote down. */
export function explainCommand(): Command {
  return new Command('explain')
    .description('say why facts would be exempt, or why not, rule by rule')
    .requiredOption('--facts <file>', 'JSON file of facts, - for standard input')
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', EXAMPLES)
    .action(async ({ facts, json }: { facts: string; json?: true }) => {
      const explanation = explained(await readJson(facts), facts);
      print(json === true ? JSON.stringify(explanation) : explanationTable(explanation));
      process.exitCode = GOES_ON.has(explanation.decision) ? EXIT.done : EXIT.no;
    });
}

function explained(given: unknown, file: string): Explanation {
  const answer = explain(given);
  if (answer.ok) return answer.value;
  throw wrongUse(`${file} cannot be used: ${answer.error.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`)).join('; ')}`);
}
