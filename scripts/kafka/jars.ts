import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const KAFKA_VERSION = '4.3.1';

const here = dirname(fileURLToPath(import.meta.url));
const cacheDir = join(here, '..', '..', '.cache');
const jarsDir = join(cacheDir, `kafka-${KAFKA_VERSION}`);
/** Written last: a download that was cut short is taken up again. */
const completeMark = join(jarsDir, '.complete');

/** Whether this machine can run Kafka at all: a Java runtime is there, and the jars are or Maven can fetch them. */
export async function kafkaIsAvailable(): Promise<boolean> {
  if (!(await succeeds('java', ['-version']))) return false;
  return existsSync(completeMark) || (await succeeds('mvn', ['-version']));
}

/** Fetches Kafka's jars once (under a lock: runs may start together) and returns the class path to run it with. */
export async function kafkaClassPath(): Promise<string> {
  if (!existsSync(completeMark)) await fetchJars();
  return [join(here, 'conf'), join(jarsDir, '*')].join(delimiter);
}

async function fetchJars(): Promise<void> {
  mkdirSync(jarsDir, { recursive: true });
  const pom = join(here, 'pom.xml');
  const copy = ['-B', '-q', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${jarsDir}`];
  const lockFile = join(cacheDir, `kafka-${KAFKA_VERSION}.lock`);
  console.error(`fetching Apache Kafka ${KAFKA_VERSION} into ${jarsDir}`);
  await run('flock', [lockFile, 'mvn', ...copy]);
  writeFileSync(completeMark, '');
}

async function run(command: string, args: readonly string[]): Promise<void> {
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('exit', resolve));
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}`);
}

function succeeds(command: string, args: readonly string[]): Promise<boolean> {
  const child = spawn(command, args, { stdio: 'ignore' });
  return new Promise((resolve) => {
    child.on('error', () => resolve(false)).on('exit', (code) => resolve(code === 0));
  });
}
