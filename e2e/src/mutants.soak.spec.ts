import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { inWorkspace } from '@assent/infra';

interface Mutant {
  readonly name: string;
  readonly kind: string;
  readonly spec: string;
  /** The test that must fail, by the end of its name; null: any of the file. */
  readonly test: string | null;
}

interface Outcome {
  readonly testResults: readonly { readonly message: string; readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[] }[];
}

// eslint-disable-next-line @typescript-eslint/no-require-imports -- Jest's own configuration reads the same list
const mutants = require('./mutants/mutants.cjs') as readonly Mutant[];

/** Which tests of its spec fail on the broken program. */
async function failing({ name, kind, spec, test }: Mutant): Promise<string[]> {
  const pattern = test === null ? [] : ['--testNamePattern', test.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')];
  const program = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js', '--config', 'e2e/src/mutants/jest.config.cjs'];
  const { output, words } = await run([...program, '--selectProjects', kind, '--runTestsByPath', spec, ...pattern, '--json', '--forceExit'], { ASSENT_MUTANT: name });
  if (!output.trimStart().startsWith('{')) throw new Error(`the tests of the mutant did not run: ${words.slice(-2000)}`);
  const { testResults } = JSON.parse(output) as Outcome;
  const results = testResults.flatMap(({ assertionResults }) => assertionResults);
  // A file that does not even load proves nothing about the test that it holds.
  if (results.length === 0) throw new Error(`no test ran: ${testResults.map(({ message }) => message).join('\n').slice(-2000)}`);
  return results.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName);
}

async function run(args: readonly string[], environment: Readonly<Record<string, string>>): Promise<{ output: string; words: string }> {
  const child = spawn(process.execPath, args, { cwd: inWorkspace(), env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
  const output: Buffer[] = [];
  const words: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => words.push(chunk));
  await once(child, 'close');
  return { output: Buffer.concat(output).toString(), words: Buffer.concat(words).toString() };
}

describe('a promise that is broken on purpose', () => {
  // Several at once: a test that fails has mostly waited for what did not come.
  it.concurrent.each(mutants.map((mutant) => [mutant.name, mutant] as const))('%s: a test fails', async (_name, mutant) => {
    const failed = await failing(mutant);
    expect(failed.length).toBeGreaterThan(0);
    if (mutant.test !== null) expect(failed.some((name) => name.endsWith(String(mutant.test)))).toBe(true);
  }, 180_000);
});
