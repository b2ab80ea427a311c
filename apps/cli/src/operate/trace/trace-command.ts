import { AUTHENTICATION_ID_PATTERN } from '@assent/kernel';
import { Command, InvalidArgumentError } from 'commander';
import { CommandEnd, EXIT, type ExitCode, print, say, wrongUse } from '../../command-end';
import { runningStack, STACK_FILE } from '../../running/stack';
import { described, findLetters, type StoredLetter } from '../dlq/dead-letters';
import { wholeNumber } from '../dlq/letter-options';
import { operatorKafka } from '../kafka';
import { bad, faint, printable, table } from '../table';
import { ledgerEvents } from './ledger-events';
import { topicEvents } from './topic-events';
import { mergeEvents, type TraceEvent } from './trace-event';

const MINUTES = 60;
const MINUTES_MAX = 7 * 24 * 60;

const EXAMPLES = `
Examples:
  $ assent trace auth-4f9c2a71e0
  $ assent trace auth-4f9c2a71e0 --gateway acme-pay --minutes 600
  $ assent trace auth-4f9c2a71e0 --json | jq -r '.events[] | [.time, .type, .says] | @tsv'

From the audit ledger (with the key of the stack file, or ASSENT_API_KEY with the scope evidence:read), from the topics of the last --minutes, and from
the dead letters. Codes and statuses only: no amounts, accounts or names are printed.

Exit code: 0 done, 1 nothing is known of it, 2 wrong use, 3 neither ledger nor Kafka can be reached.`;

interface Options {
  readonly stack: string;
  readonly gateway?: string;
  readonly minutes: number;
  readonly json?: boolean;
}

/** `assent trace`: the way of one authentication through all services. Sets the exit code of the process. */
export function traceCommand(): Command {
  return new Command('trace')
    .description("one authentication's timeline over all services")
    .argument('<id>', 'the authentication id', authenticationId)
    .option('--gateway <id>', 'whose authentication (default: the gateway of the stack file)')
    .option('--minutes <count>', 'how far back the topics are read', wholeNumber(1, MINUTES_MAX), MINUTES)
    .option('--stack <file>', 'where the deployment is', STACK_FILE)
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', EXAMPLES)
    .action(async (id: string, options: Options) => {
      process.exitCode = await trace(id, options);
    });
}

interface Trace {
  readonly gatewayId: string;
  readonly authenticationId: string;
  /** What could not be asked: then the timeline may have gaps. */
  readonly notAsked: readonly string[];
  readonly events: readonly TraceEvent[];
  readonly deadLetters: readonly StoredLetter[];
}

async function trace(id: string, { stack: file, gateway, minutes, json }: Options): Promise<ExitCode> {
  const stack = await runningStack(file);
  const gatewayId = gateway ?? stack.gateway.id;
  const ledgerUrl = stack.services['audit-ledger']?.url;
  const apiKey = process.env['ASSENT_API_KEY'] ?? (gatewayId === stack.gateway.id ? stack.gateway.apiKey : undefined);
  const brokers = stack.kafka?.brokers ?? [];
  if (ledgerUrl === undefined && brokers.length === 0) throw wrongUse(`${file} names neither an audit-ledger nor Kafka brokers`);

  const notAsked: string[] = [];
  const ledger =
    ledgerUrl === undefined || apiKey === undefined
      ? skipped(notAsked, ledgerUrl === undefined ? 'the ledger (it has no address)' : 'the ledger (no key for this gateway: set ASSENT_API_KEY)')
      : asked(notAsked, 'the ledger', ledgerEvents(ledgerUrl.replace(/\/+$/, ''), apiKey, gatewayId, id));
  const kafka = operatorKafka(brokers);
  const sinceMs = Date.now() - minutes * 60_000;
  const fromTopics = brokers.length === 0 ? skipped(notAsked, 'the topics (there are no brokers)') : asked(notAsked, 'the topics', topicEvents(kafka, `${gatewayId}:${id}`, sinceMs));
  const letters = brokers.length === 0 ? Promise.resolve([]) : findLetters(kafka, { gateway: gatewayId, authentication: id }).catch(noneIfUnreachable<StoredLetter>);
  const [inLedger, inTopics, deadLetters] = await Promise.all([ledger, fromTopics, letters]);
  const found: Trace = { gatewayId, authenticationId: id, notAsked, events: mergeEvents(inLedger, inTopics), deadLetters };

  if (json === true) print(JSON.stringify({ ...found, deadLetters: deadLetters.map(described) }));
  else for (const line of inWords(found)) print(line);
  for (const what of notAsked) say(`not asked: ${what}`);
  if (found.events.length > 0 || deadLetters.length > 0) return EXIT.done;
  if (notAsked.length > 1) return EXIT.unreachable;
  say(`nothing is known of ${id} of the gateway ${gatewayId}`);
  return EXIT.no;
}

function skipped(notAsked: string[], what: string): Promise<TraceEvent[]> {
  notAsked.push(what);
  return Promise.resolve([]);
}

/** One source that cannot be reached does not hide what the other knows. */
async function asked(notAsked: string[], what: string, events: Promise<TraceEvent[]>): Promise<TraceEvent[]> {
  try {
    return await events;
  } catch (error) {
    if (!(error instanceof CommandEnd)) throw error;
    notAsked.push(`${what} (${error.message})`);
    return [];
  }
}

function noneIfUnreachable<T>(error: unknown): T[] {
  if (error instanceof CommandEnd && error.exitCode === EXIT.unreachable) return [];
  throw error;
}

function inWords({ events, deadLetters }: Trace): string[] {
  const startMs = Date.parse(events[0]?.time ?? '');
  const rows = events.map(({ time, source, type, says, redrive, leafIndex, position }) => [
    time.slice(11, 23),
    sinceStart(Date.parse(time) - startMs),
    source.replace(/^\/(services|gateways)\//, ''),
    type.replace(/\.v\d+$/, ''),
    leafIndex === null ? bad('not recorded') : `leaf ${leafIndex}`,
    `${printable(says)}${redrive === 0 ? '' : ` (redrive ${redrive})`}${position === null ? '' : faint(`  ${position}`)}`,
  ]);
  const letters = deadLetters.map(({ id, code, reason }) => [id, bad(code), printable(reason)]);
  return [
    ...(rows.length === 0 ? [] : table([['time (UTC)', 'since', 'from', 'event', 'ledger', 'says'].map(faint), ...rows], [1])),
    ...(letters.length === 0 ? [] : ['', faint('dead letters'), ...table(letters)]),
  ];
}

const sinceStart = (milliseconds: number): string => (Number.isNaN(milliseconds) ? '' : `${milliseconds >= 0 ? '+' : '−'}${Math.abs(milliseconds)} ms`);

function authenticationId(text: string): string {
  if (!AUTHENTICATION_ID_PATTERN.test(text)) throw new InvalidArgumentError('an authentication id has 8 to 64 of A-Z a-z 0-9 _ -.');
  return text;
}
