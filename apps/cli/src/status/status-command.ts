import { Command } from 'commander';
import { EXIT, print, type ExitCode } from '../command-end';
import { runningStack } from '../running/stack';
import { probe, type ServiceStatus } from './probe';

const EXAMPLES = `
Examples:
  $ assent status
  $ assent status --json | jq -r '.services[] | select(.ready | not) | .name'

Exit code: 0 all are ready, 1 one is not, 2 wrong use, 3 one (or the stack) cannot be reached.`;

/** `assent status`: how the services of the running stack are. */
export function statusCommand(): Command {
  return new Command('status')
    .description('whether the services of the running stack are alive and ready')
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', EXAMPLES)
    .action(async ({ json }: { json?: boolean }) => {
      process.exitCode = await status(json === true);
    });
}

async function status(json: boolean): Promise<ExitCode> {
  const stack = await runningStack();
  const services = await Promise.all(Object.entries(stack.services).map(([name, { url }]) => probe(name, url)));
  const ok = services.every(({ ready, live }) => ready && live);
  if (json) print(JSON.stringify({ ok, services }));
  else for (const line of asLines(services)) print(line);
  if (ok) return EXIT.done;
  return services.some(({ reachable }) => !reachable) ? EXIT.unreachable : EXIT.no;
}

function asLines(services: readonly ServiceStatus[]): string[] {
  const nameWidth = Math.max(...services.map(({ name }) => name.length));
  return services.map((service) => `${service.name.padEnd(nameWidth)}  ${inWords(service).padEnd(12)}  ${service.url}`);
}

function inWords({ reachable, live, ready, failing }: ServiceStatus): string {
  if (!reachable) return 'not reachable';
  if (live && ready) return 'ready';
  return `${live ? 'not ready' : 'failing'}${failing.length === 0 ? '' : `: ${failing.join(', ')}`}`;
}
