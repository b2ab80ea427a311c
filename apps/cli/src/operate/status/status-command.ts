import { Command } from 'commander';
import { CommandEnd, EXIT, print, type ExitCode } from '../../command-end';
import { runningStack, STACK_FILE } from '../../running/stack';
import { bad, duration, faint, good, table } from '../table';
import { brokerStatus, type BrokerStatus } from './broker-status';
import { type Finding, findingsOf, type MeasuredService } from './findings';
import { measuresIn } from './measures';
import { probe } from './probe';
import { scrape } from './scrape';

const EXAMPLES = `
Examples:
  $ assent status
  $ assent status --stack /etc/assent/stack.json     a deployment that npm start did not start, described in the same form
  $ assent status --json | jq -r '.findings[] | select(.failing) | .detail'

The vendor budget is what one replica knows: its own calls of the last minute.

Exit code: 0 nothing is wrong, 1 something is, 2 wrong use, 3 a service or the broker (or the stack) cannot be reached.`;

interface Options {
  readonly stack: string;
  readonly json?: boolean;
}

interface Status {
  readonly ok: boolean;
  readonly services: readonly MeasuredService[];
  readonly consumers?: BrokerStatus['consumers'];
  readonly deadLetters?: BrokerStatus['deadLetters'];
  readonly findings: readonly Finding[];
}

/** `assent status`: services and replicas, what waits where, and what somebody should look at. Sets the exit code of the process. */
export function statusCommand(): Command {
  return new Command('status')
    .description('services, replicas, consumer lag, outboxes, parked webhooks, dead letters, vendor budget')
    .option('--stack <file>', 'where the deployment is', STACK_FILE)
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', EXAMPLES)
    .action(async (options: Options) => {
      process.exitCode = await status(options);
    });
}

async function status({ stack: file, json }: Options): Promise<ExitCode> {
  const { services: addresses, kafka } = await runningStack(file);
  const entries = Object.entries(addresses);
  const [services, broker] = await Promise.all([
    Promise.all(entries.map(async ([name, { url }]) => measured(name, url))),
    kafka === undefined || kafka.brokers.length === 0 ? undefined : askBroker(kafka.brokers, entries.map(([name]) => name)),
  ]);
  const findings = findingsOf(services, broker);
  const ok = !findings.some(({ failing }) => failing);
  const answer: Status = { ok, services, ...(broker === undefined || broker === null ? {} : broker), findings };
  print(json === true ? JSON.stringify(answer) : inWords(answer).join('\n'));
  if (ok) return EXIT.done;
  return findings.some(({ code }) => code === 'SERVICE_UNREACHABLE' || code === 'BROKER_UNREACHABLE') ? EXIT.unreachable : EXIT.no;
}

async function measured(name: string, url: string): Promise<MeasuredService> {
  const health = await probe(name, url);
  const measures = health.reachable ? measuresIn(await scrape(url)) : {};
  return { ...health, ...Object.fromEntries(Object.entries(measures).filter(([, value]) => value !== null)) };
}

/** Null where it cannot be reached: that is news, and no reason to keep the rest back. */
async function askBroker(brokers: readonly string[], groups: readonly string[]): Promise<BrokerStatus | null> {
  try {
    return await brokerStatus(brokers, groups);
  } catch (error) {
    if (error instanceof CommandEnd && error.exitCode === EXIT.unreachable) return null;
    throw error;
  }
}

function inWords({ services, consumers = [], deadLetters = {}, findings }: Status): string[] {
  const consumerOf = new Map(consumers.map((consumer) => [consumer.group, consumer]));
  const rows = services.map((service) => {
    const { name, url, replicas, outbox } = service;
    const consumer = consumerOf.get(name);
    const age = outbox === undefined || outbox === null ? '' : duration(outbox.oldestSeconds);
    return [name, health(service), String(replicas ?? ''), String(consumer?.lag ?? ''), age, faint(url)];
  });
  return [
    ...table([['service', 'health', 'replicas', 'lag', 'outbox', 'url'].map(faint), ...rows], [2, 3, 4]),
    ...section('outbox lanes that wait', services.flatMap(laneRows)),
    ...section('consumer lag', consumers.flatMap(({ group, lagByTopic }) => Object.entries(lagByTopic).map(([topic, lag]) => [group, topic, String(lag)]))),
    ...section('vendor', services.flatMap(vendorRows)),
    ...section('dead letters', Object.entries(deadLetters).map(([topic, count]) => [topic, String(count)])),
    '',
    ...(findings.length === 0 ? [good('Nothing is wrong.')] : table(findings.map(findingRow))),
  ];
}

const laneRows = ({ name, outbox }: MeasuredService): string[][] => Object.entries(outbox?.lanes ?? {}).map(([lane, seconds]) => [name, `lane ${lane}`, duration(seconds)]);
const findingRow = ({ failing, detail, runbook }: Finding): string[] => [failing ? bad('failing') : 'look', detail, faint(`docs/operating/${runbook}`)];

function health({ reachable, live, ready, failing }: MeasuredService): string {
  if (!reachable) return bad('not reachable');
  if (live && ready) return good('ready');
  return bad(`${live ? 'not ready' : 'failing'}${failing.length === 0 ? '' : `: ${failing.join(', ')}`}`);
}

function vendorRows({ vendorBudget, vendorTasks, parkedWebhooks }: MeasuredService): string[][] {
  return [
    ...Object.entries(vendorBudget ?? {}).map(([scope, left]) => [`${scope} calls left this minute`, String(left)]),
    ...(vendorTasks === undefined || vendorTasks === null ? [] : [['calls that are due', String(vendorTasks.due)]]),
    ...(parkedWebhooks === undefined || parkedWebhooks === null ? [] : [['parked webhooks', String(parkedWebhooks)]]),
  ];
}

/** Rows whose last column is a number or a duration. */
function section(title: string, rows: readonly (readonly string[])[]): string[] {
  const last = (rows[0]?.length ?? 1) - 1;
  return rows.length === 0 ? [] : ['', faint(title), ...table(rows, [last]).map((line) => `  ${line}`)];
}
