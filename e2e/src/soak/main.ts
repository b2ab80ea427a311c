import { parseArgs } from 'node:util';
import { runSoak, type SoakReport } from './run-soak';

const USAGE = `usage: npm run soak -- [--n 10000] [--faults 200] [--seed S] [--rate 10] [--json]

Starts a stack of its own on engines of its own (.assent/soak, emptied first), sends N requests through it while FAULTS faults happen, and checks
what was seen from outside. The seed decides what is sent and what breaks. Exit code: 0 every promise held, 1 one did not, 2 wrong use.
`;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

async function main(args: readonly string[]): Promise<number> {
  const options = read(args);
  if (options === null) {
    process.stderr.write(USAGE);
    return 2;
  }
  const report = await runSoak({ ...options, say });
  process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : told(report));
  return report.findings.length === 0 && report.failures.length === 0 ? 0 : 1;
}

function read(args: readonly string[]): { seed: number; requests: number; faults: number; perSecond: number; json: boolean } | null {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { n: { type: 'string' }, faults: { type: 'string' }, seed: { type: 'string' }, rate: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean' } },
    });
    const number = (text: string | undefined, otherwise: number): number => (text === undefined ? otherwise : Number(text));
    const read = {
      requests: number(values.n, 10_000),
      faults: number(values.faults, 200),
      seed: number(values.seed, Math.floor(Date.now() / 1000)),
      perSecond: number(values.rate, 10),
      json: values.json === true,
    };
    const areWhole = [read.requests, read.faults, read.seed].every((value) => Number.isSafeInteger(value) && value >= 0);
    return values.help === true || !areWhole || read.requests === 0 || !(read.perSecond > 0) ? null : read;
  } catch {
    return null;
  }
}

function told(report: SoakReport): string {
  const rows: readonly (readonly [string, string | number])[] = [
    ['seed', report.seed],
    ['requests', report.requests],
    ['faults', report.faults],
    ['duration', `${report.seconds} s`],
    ...Object.entries(report.outcomes),
    ['of these out of time', report.outOfTime],
    ['redeemed', report.redeemed],
    ['dead letters', report.deadLetters],
    ['ledger leaves', report.leaves],
    ['messages seen', report.messages],
    ['answers after the last fault', `${report.recoveredInMs} ms`],
    ['promises broken', report.findings.length],
    ['not played to the end', report.failures.length],
  ];
  const details = [...report.findings.map(({ code, about, detail }) => `${code}  ${about}: ${detail}`), ...report.failures];
  return `${[...rows.map(([name, value]) => `${name.padEnd(30)} ${value}`), ...details].join('\n')}\n`;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    say(error instanceof Error ? (error.stack ?? error.message) : 'the soak failed');
    process.exit(1);
  },
);
