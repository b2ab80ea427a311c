import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { runProgram } from '../process/run-program';
import { inWorkspace } from '../workspace';
import { EngineUnavailable } from './engine';

const POM = inWorkspace('infra', 'kafka', 'pom.xml');
const JAVA_LEAST = 17;
const OTHERWISE = 'Or start Docker, or name running engines in DATABASE_URL and KAFKA_BROKERS.';

/** Shared by all clones of this user: the jars are the same everywhere and 44 MB large. */
const cacheFolder = (): string =>
  process.env['ASSENT_CACHE_DIR'] ?? path.join(process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'), 'assent');

/** The version that infra/kafka/pom.xml asks for. */
export function kafkaVersion(pom: string = readFileSync(POM, 'utf8')): string {
  const version = /<artifactId>kafka_2\.13<\/artifactId>\s*<version>([^<]+)<\/version>/.exec(pom)?.[1];
  if (version === undefined) throw new Error('infra/kafka/pom.xml names no version of org.apache.kafka:kafka_2.13');
  return version;
}

/** The folder of Kafka's jars. Fetched by Maven the first time, which takes some seconds; `onFetch` is told so. */
export async function kafkaJars(onFetch: () => void = () => undefined): Promise<string> {
  const version = kafkaVersion();
  const folder = path.join(cacheFolder(), `kafka-${version}`);
  if (isComplete(folder, version)) return folder;
  onFetch();
  const beside = `${folder}.${process.pid}`;
  mkdirSync(cacheFolder(), { recursive: true });
  try {
    await fetchJars(beside);
    if (!isComplete(beside, version)) throw new EngineUnavailable(`Maven ended well, but kafka_2.13-${version}.jar is not among what it fetched`);
    rmSync(folder, { recursive: true, force: true });
    renameSync(beside, folder);
  } catch (error) {
    // Another process may have brought the same folder at the same moment.
    if (!isComplete(folder, version)) throw error;
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
  return folder;
}

/** All or nothing: the folder is renamed into place once Maven is done, so the main jar and the log's bridge stand for all. */
const isComplete = (folder: string, version: string): boolean =>
  existsSync(path.join(folder, `kafka_2.13-${version}.jar`)) && readdirSync(folder).some((name) => name.startsWith('log4j-slf4j-impl-'));

async function fetchJars(target: string): Promise<void> {
  const args = ['--quiet', '--batch-mode', '--file', POM, 'dependency:copy-dependencies', `-DoutputDirectory=${target}`];
  const outcome = await runProgram('mvn', args, { shell: process.platform === 'win32' });
  if (outcome.code === null) throw new EngineUnavailable(`Kafka is fetched once by Maven, which is not installed (Debian: apt-get install maven; macOS: brew install maven). ${OTHERWISE}`);
  if (outcome.code !== 0) throw new EngineUnavailable(`Maven could not fetch Kafka (is Maven Central, or the mirror of your settings.xml, reachable?):\n${outcome.words}`);
}

/** Throws with a hint unless `java` is there and new enough for Kafka 4. */
export async function requireJava(): Promise<void> {
  const { code, words } = await runProgram('java', ['-version']);
  const version = code === 0 ? (javaMajor(words) ?? 0) : 0;
  if (version >= JAVA_LEAST) return;
  const found = version === 0 ? 'none is installed' : `this is Java ${version}`;
  throw new EngineUnavailable(`Kafka needs Java ${JAVA_LEAST} or later, and ${found} (Debian: apt-get install openjdk-17-jre-headless; macOS: brew install openjdk@21). ${OTHERWISE}`);
}

/** `openjdk version "17.0.15" …` → 17; the old `"1.8.0_402"` → 8. */
export function javaMajor(words: string): number | null {
  const [, first, second] = /version "(\d+)(?:\.(\d+))?/.exec(words) ?? [];
  if (first === undefined) return null;
  return first === '1' && second !== undefined ? Number(second) : Number(first);
}
