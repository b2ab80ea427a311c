import { parseArgs } from 'node:util';
import { payOnce } from './demo-payment';
import { type StackAddresses, readStack } from './stack-addresses';
import { type Step, renderTimeline } from './timeline';

/** `npm run demo`: one payment through a running stack, as a timeline or as one JSON document. Exit code 0 only if it was approved, redeemed and proven. */
async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { stack: { type: 'string' }, json: { type: 'boolean', default: false } } });
  const stack = readStack(values.stack ?? '.assent/stack.json');
  if (values.json) return asJson(stack);
  const steps: Step[] = [];
  const show = (): void => void process.stdout.write(`\nEUR 247.50 to ES9121000418450200051332, from request to ledger:\n\n${renderTimeline(steps)}\n`);
  try {
    const { ok } = await payOnce(stack, (step) => steps.push(step));
    show();
    if (!ok) process.stdout.write('\nThe payment did not go the whole way.\n');
    return ok ? 0 : 1;
  } catch (error) {
    // How far it came says where to look.
    if (steps.length > 0) show();
    throw error;
  }
}

async function asJson(stack: StackAddresses): Promise<number> {
  const result = await payOnce(stack);
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  return result.ok ? 0 : 1;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`The demonstration did not succeed: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
