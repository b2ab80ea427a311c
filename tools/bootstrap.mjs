/**
 * The door of the repository: `npm start`, `npm test`, `npm run demo` and the others begin here. Plain JavaScript without dependencies, for any Node from 18 on.
 * It brings the clone to the state that its files describe (packages, generated clients, compiled code), then goes on under the Node that npm installed.
 * Words go to standard error: standard output belongs to the command.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const inRoot = (...parts) => path.join(root, ...parts);
const NODE_LEAST = [24, 9];
/** kafkajs prints it once per connection on Node 24; the timer it complains of becomes 1 ms, which is what was meant. */
const QUIET_KAFKAJS = '--disable-warning=TimeoutNegativeWarning';

/** Jest loads ESM-only packages through an interface of Node that is still called experimental. */
const JEST = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];

/** Everything that is committed and made from code: event schemas, configuration, rules. */
const GENERATORS = ['dist/libs/contracts/src/generate/main.js', 'dist/libs/platform/src/write-documents.js', 'dist/apps/exemption-engine/src/write-documents.js'];

async function generate(args) {
  for (const generator of GENERATORS) {
    const code = await node([generator, ...args]);
    if (code !== 0) return code;
  }
  return 0;
}

/** What each subcommand runs, once everything is prepared. `needs` names what it cannot do without. */
const COMMANDS = {
  start: { needs: ['packages', 'clients', 'build', 'engines'], run: (args) => node(['dist/infra/src/stack/main.js', 'start', ...args]) },
  demo: { needs: ['packages', 'clients', 'build', 'engines'], run: (args) => node(['dist/infra/src/stack/main.js', 'demo', ...args]) },
  reset: { needs: ['packages', 'clients', 'build'], run: (args) => node(['dist/infra/src/stack/main.js', 'reset', ...args]) },
  assent: { needs: ['packages', 'clients', 'build'], run: (args) => node(['dist/apps/cli/src/main.js', ...args]) },
  bench: { needs: ['packages', 'clients', 'build', 'engines'], run: (args) => node(['dist/bench/src/main.js', ...args]) },
  soak: { needs: ['packages', 'clients', 'build', 'engines'], run: (args) => node(['dist/e2e/src/soak/main.js', ...args]) },
  test: { needs: ['packages', 'clients', 'build', 'engines'], run: (args) => node([...JEST, ...args, ...(args.includes('--selectProjects') ? [] : ['--selectProjects', 'unit', 'int', 'e2e'])]) },
  prepare: { needs: ['packages', 'clients', 'build'], run: () => Promise.resolve(0) },
  lint: { needs: ['packages', 'clients'], run: (args) => nx('lint', args) },
  typecheck: { needs: ['packages', 'clients'], run: (args) => nx('typecheck', args) },
  build: { needs: ['packages', 'clients'], run: (args) => nx('build', args) },
  generate: { needs: ['packages', 'clients', 'build'], run: generate },
  check: { needs: ['packages', 'clients', 'build'], run: (args) => node(['tools/check.mjs', ...args]) },
};

const say = (text) => process.stderr.write(`${text}\n`);
class Stop extends Error {}

function sha256(...files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(path.relative(root, file)).update('\0').update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

/** Runs a step whose words matter only when it fails. */
function quietly(what, command, args, options = {}) {
  const started = Date.now();
  const outcome = spawnSync(command, args, { cwd: root, env: environment(), encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 64 * 1024 * 1024, ...options });
  const words = outcome.error?.message ?? `${outcome.stdout}${outcome.stderr}`.trim();
  if (outcome.error !== undefined || outcome.status !== 0) throw new Stop(`${what}: this failed.\n${words}`);
  say(`✓ ${what} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
}

/** `node_modules/.bin` first, so that npm, Prisma and Nx themselves run on the Node that the lock file names. */
const environment = () => ({ ...process.env, PATH: `${inRoot('node_modules', '.bin')}${path.delimiter}${process.env.PATH ?? ''}` });


const platformPackage = () => inRoot('node_modules', `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`);

/** Whether node_modules holds exactly what the lock file names, by npm's own record of what it installed. */
function installedMatchesLock() {
  const record = inRoot('node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const wanted = JSON.parse(readFileSync(inRoot('package-lock.json'), 'utf8')).packages;
  const found = JSON.parse(readFileSync(record, 'utf8')).packages;
  return Object.entries(wanted).every(([name, entry]) => name === '' || (found[name] === undefined ? entry.optional === true : found[name].version === entry.version));
}

function preparePackages() {
  const stamp = inRoot('node_modules', '.assent-installed');
  const wanted = `${sha256(inRoot('package-lock.json'))} ${process.platform}-${process.arch}`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  if (!installedMatchesLock()) {
    say('Installing packages (once, and when package-lock.json changes) …');
    // No install scripts: what they would do is not needed, or done by infra/src/engines.
    quietly('packages installed', 'npm', ['ci', '--ignore-scripts', '--loglevel', 'error', '--no-audit', '--no-fund'], { shell: process.platform === 'win32' });
  }
  writeFileSync(stamp, wanted);
}

/** The Node that the lock file brings; where it has none for this platform, the one that runs this file must be new enough. */
function nodeBinary() {
  const brought = path.join(platformPackage(), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(brought)) return brought;
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > NODE_LEAST[0] || (major === NODE_LEAST[0] && minor >= NODE_LEAST[1])) return process.execPath;
  throw new Stop(`Node ${NODE_LEAST.join('.')} or later is needed; this is ${process.versions.node}, and npm brings none for ${process.platform}-${process.arch}.
Install Node 24 from https://nodejs.org and run this again.`);
}


/** One Prisma client per service that has a schema. `/bin/true` stands in for the native migration engine, which nothing here uses. */
function prepareClients() {
  const version = readFileSync(inRoot('node_modules', 'prisma', 'package.json'));
  const engine = { PRISMA_SCHEMA_ENGINE_BINARY: process.platform === 'win32' ? process.execPath : '/bin/true', CHECKPOINT_DISABLE: '1', PRISMA_HIDE_UPDATE_MESSAGE: '1' };
  for (const service of readdirSync(inRoot('prisma')).filter((name) => existsSync(inRoot('prisma', name, 'schema.prisma')))) {
    const schemas = readdirSync(inRoot('prisma', service)).filter((name) => name.endsWith('.prisma')).sort();
    const wanted = createHash('sha256').update(sha256(...schemas.map((name) => inRoot('prisma', service, name)))).update(version).digest('hex');
    const stamp = inRoot('prisma', 'generated', service, '.assent-generated');
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) continue;
    const args = ['node_modules/prisma/build/index.js', 'generate', '--schema', `prisma/${service}`];
    quietly(`database client of ${service} generated`, nodeBinary(), args, { env: { ...environment(), ...engine } });
    writeFileSync(stamp, wanted);
  }
}

function prepareBuild() {
  const outcome = spawnSync(nodeBinary(), ['tools/compile.cjs'], { cwd: root, env: environment(), encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  if (outcome.status !== 0) throw new Stop(`compiling failed:\n${outcome.stderr}`);
  if (outcome.stderr !== '') say(`✓ ${outcome.stderr.trim()}`);
}


const answers = (command, args) => spawnSync(command, args, { stdio: 'ignore', timeout: 10_000 }).status === 0;

/** Said before the first download, not after it: what the real PostgreSQL and Kafka will need. Which ones are used is decided later (infra/src/engines). */
function prepareEngines() {
  const stamp = inRoot('node_modules', '.assent-engines');
  if (existsSync(stamp)) return;
  const named = (process.env.DATABASE_URL || process.env.ASSENT_TEST_DATABASE_URL) && (process.env.KAFKA_BROKERS || process.env.ASSENT_TEST_KAFKA_BROKERS);
  if (!named && !answers('docker', ['info'])) {
    const missing = [];
    if (!answers('java', ['-version'])) missing.push('Java 17 or later (Debian: apt-get install openjdk-17-jre-headless; macOS: brew install openjdk@21)');
    if (!answers('mvn', ['-v'])) missing.push('Maven, which fetches Kafka once (Debian: apt-get install maven; macOS: brew install maven)');
    if (missing.length > 0) {
      throw new Stop(`Kafka needs something that is not here:\n  - ${missing.join('\n  - ')}\nOr start Docker, or name running engines in DATABASE_URL and KAFKA_BROKERS.`);
    }
  }
  if (existsSync(inRoot('node_modules'))) writeFileSync(stamp, '');
}

/** The parent of a process, where the system tells it cheaply; else 0. */
function parentOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return 0;
  }
}

/** Runs a command in place of this process: same streams, same signals, same exit code. It ends when whoever started this does. */
function foreground(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env: environment(), stdio: 'inherit' });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
    // npm, killed without a chance to pass that on, must not leave running what it started. Between it and this process stands its shell.
    const line = () => `${process.ppid} ${parentOf(process.ppid)}`;
    const before = line();
    const orphaned = setInterval(() => line() !== before && child.kill('SIGTERM'), 500);
    if (process.env.npm_lifecycle_event === undefined) clearInterval(orphaned);
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      clearInterval(orphaned);
      resolve(code ?? (signal === 'SIGINT' ? 130 : 143));
    });
  });
}

const node = (args) => foreground(nodeBinary(), [QUIET_KAFKAJS, ...args]);
const nx = (target, args) => foreground(nodeBinary(), ['node_modules/nx/dist/bin/nx.js', 'run-many', '-t', target, ...args]);

/** Two commands in one clone prepare one after the other. The lock of a process that is gone is nobody's. */
async function alone(work) {
  const lock = inRoot('.assent', 'prepare.lock');
  mkdirSync(path.dirname(lock), { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
  for (let waited = 0; ; waited += 100) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (waited === 2000) say('Another command prepares this clone; waiting for it …');
      if (isAbandoned(lock)) rmSync(lock, { force: true });
      else await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  try {
    await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function isAbandoned(lock) {
  try {
    const pid = Number(readFileSync(lock, 'utf8'));
    if (pid === 0) return Date.now() - statSync(lock).mtimeMs > 5000;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

async function main([name, ...args]) {
  const command = Object.hasOwn(COMMANDS, name ?? '') ? COMMANDS[name] : undefined;
  if (command === undefined) {
    say(`usage: node tools/bootstrap.mjs ${Object.keys(COMMANDS).join('|')} [arguments]`);
    return 2;
  }
  const steps = { engines: prepareEngines, packages: preparePackages, clients: prepareClients, build: prepareBuild };
  await alone(() => {
    for (const [step, run] of Object.entries(steps)) if (command.needs.includes(step)) run();
  });
  return command.run(args);
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error) => {
    say(error instanceof Stop ? `✗ ${error.message}` : (error.stack ?? String(error)));
    process.exit(1);
  },
);
