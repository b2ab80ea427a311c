import { randomInt } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import {
  type Finding,
  findingInWords,
  hashToBase64,
  type LogDescription,
  type LogSource,
  LogUnreachable,
  parseVerifierKey,
  type VerifiedLog,
  type VerifierKey,
  verifyLog,
} from '@assent/domain-ledger';
import { EXIT, type ExitCode, print, say, unreachable, wrongUse } from '../command-end';
import { runningStack, STACK_FILE } from '../running/stack';
import { HttpLogSource } from './http-log-source';
import { readKnownCheckpoint, writeKnownCheckpoint } from './known-checkpoint';
import { ProgressLine } from './progress-line';

const SAMPLES = 16;
const SAMPLES_MAX = 10_000;

interface Options {
  readonly url?: string;
  readonly log?: string;
  readonly verifierKey?: VerifierKey;
  readonly state?: string;
  readonly samples: number;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  $ assent ledger verify
      the whole log of the stack that runs in this folder
  $ assent ledger verify --url https://ledger.example --verifier-key 'ledger.example/main+530d903a+AekyeRrm…' --state ledger.checkpoint
      with the key that you were given, and against what you verified last time
  $ assent ledger verify --json | jq .ok

Exit code: 0 the log is as it was signed, 1 it is not, 2 wrong use, 3 the ledger cannot be reached.`;

/** `assent ledger verify`: downloads a log and checks all of it. Sets the exit code of the process. */
export function verifyCommand(): Command {
  return new Command('verify')
    .description('check a whole log: signed checkpoint, every entry, the root, some proofs, and that it continues what was verified before')
    .option('--url <url>', `address of the ledger (default: from ${STACK_FILE})`, httpUrl)
    .option('--log <id>', 'which log, where the ledger has several')
    .option('--verifier-key <key>', "the log's key in C2SP note form, as you were given it (default: what the ledger says)", verifierKey)
    .option('--state <file>', 'remember the verified checkpoint in this file, and check that the log continues it')
    .option('--samples <count>', 'how many entries the ledger must prove one by one', sampleCount, SAMPLES)
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', EXAMPLES)
    .action(async (options: Options) => {
      process.exitCode = await run(options);
    });
}

async function run(options: Options): Promise<ExitCode> {
  const progress = new ProgressLine(process.stderr, Date.now);
  try {
    return await verify(options, progress);
  } catch (error) {
    progress.clear();
    throw error instanceof LogUnreachable ? unreachable(error.message) : error;
  }
}

async function verify(options: Options, progress: ProgressLine): Promise<ExitCode> {
  const source = new HttpLogSource(options.url ?? (await runningLedgerUrl()));
  const log = await chooseLog(source, options.log);
  const key = options.verifierKey ?? statedKey(log);
  const known = options.state === undefined ? null : await readKnownCheckpoint(options.state, key);
  if (known?.ok === false) throw wrongUse(`${options.state ?? ''} holds no checkpoint that this key signed (${known.error})`);
  if (options.verifierKey === undefined && known === null) say(`the key is the one that the ledger names: pin it with --verifier-key '${key.text}'`);
  const verified = await verifyLog({
    source,
    log: log.logId,
    key,
    known: known?.value ?? null,
    samples: options.samples,
    pick: (bound) => randomInt(bound),
    progress: (done, total) => progress.show(done, total),
  });
  progress.clear();
  if (!verified.ok) return tellFinding(log, key, verified.error, options);
  if (options.state !== undefined) await writeKnownCheckpoint(options.state, verified.value.note);
  return tellVerified(log, key, verified.value, options);
}

async function runningLedgerUrl(): Promise<string> {
  const url = (await runningStack()).services['audit-ledger']?.url;
  if (url === undefined) throw wrongUse(`${STACK_FILE} names no audit-ledger: give its address with --url`);
  return url.replace(/\/+$/, '');
}

async function chooseLog(source: LogSource, wanted: string | undefined): Promise<LogDescription> {
  const logs = await source.logs();
  const [log, ...others] = logs.filter(({ logId }) => wanted === undefined || logId === wanted);
  if (log === undefined) throw wrongUse(wanted === undefined ? 'this ledger has no log' : `this ledger has no log ${wanted}`);
  if (others.length > 0) throw wrongUse(`this ledger has several logs, choose one with --log: ${logs.map(({ logId }) => logId).join(', ')}`);
  return log;
}

function statedKey(log: LogDescription): VerifierKey {
  const key = parseVerifierKey(log.verifierKey);
  if (!key.ok) throw wrongUse(`the ledger names a verifier key that is none (${key.error})`);
  return key.value;
}

function tellVerified({ logId }: LogDescription, key: VerifierKey, { checkpoint, proofs, continues }: VerifiedLog, { json }: Options): ExitCode {
  const { origin, size, root } = checkpoint;
  const answer = { ok: true, logId, origin, verifierKey: key.text, size, rootHash: hashToBase64(root), proofs, continues };
  const lines = [
    `log        ${logId} (${origin})`,
    `signed by  ${key.text}`,
    `entries    ${size}, each as it was hashed`,
    `root       ${answer.rootHash}`,
    `proofs     ${proofs} of ${proofs}`,
    ...(continues === null ? [] : [`continues  the checkpoint of ${continues} entries`]),
  ];
  print(json === true ? JSON.stringify(answer) : lines.join('\n'));
  return EXIT.done;
}

function tellFinding({ logId }: LogDescription, key: VerifierKey, finding: Finding, { json }: Options): ExitCode {
  const detail = findingInWords(finding);
  if (json === true) print(JSON.stringify({ ok: false, logId, verifierKey: key.text, index: null, ...finding, detail }));
  say(`the log ${logId} does not verify: ${detail}`);
  return EXIT.no;
}

function httpUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) throw new InvalidArgumentError('it must be an http or https URL.');
  return text.replace(/\/+$/, '');
}

function verifierKey(text: string): VerifierKey {
  const key = parseVerifierKey(text);
  if (!key.ok) throw new InvalidArgumentError(`it must be a C2SP verifier key, name+id+key (${key.error}).`);
  return key.value;
}

function sampleCount(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > SAMPLES_MAX) throw new InvalidArgumentError(`it must be a whole number up to ${SAMPLES_MAX}.`);
  return Number(text);
}
