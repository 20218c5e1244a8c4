import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './commands.ts';
import { cache, interop } from './paths.ts';

const folder = join(interop, 'java');
const sources = join(folder, 'src');
const checksums = join(folder, 'checksums.txt');
const jars = join(cache, 'java', 'lib');
const classes = join(cache, 'java', 'classes');

/** Fetches the jars of pom.xml where they are not yet, compares them with checksums.txt, and compiles. */
export async function installJava(): Promise<void> {
  const expected = parse(readFileSync(checksums, 'utf8'));
  if (!isComplete(expected)) await fetchJars(expected);
  if (isCompiled()) return;
  rmSync(classes, { recursive: true, force: true });
  mkdirSync(classes, { recursive: true });
  const files = readdirSync(sources).map((name) => join(sources, name));
  await run('javac', ['-nowarn', '-proc:none', '-cp', join(jars, '*'), '-d', classes, ...files]);
}

async function fetchJars(expected: ReadonlyMap<string, string>): Promise<void> {
  rmSync(jars, { recursive: true, force: true });
  mkdirSync(jars, { recursive: true });
  const pom = join(folder, 'pom.xml');
  await run('mvn', ['-B', '-q', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${jars}`]);
  for (const name of readdirSync(jars)) {
    if (expected.get(name) !== sha256(join(jars, name))) throw new Error(`${name} is not the file of checksums.txt`);
  }
  if (!isComplete(expected)) throw new Error('a file of checksums.txt is not among the dependencies of pom.xml');
}

function isComplete(expected: ReadonlyMap<string, string>): boolean {
  return [...expected.keys()].every((name) => existsSync(join(jars, name)));
}

function isCompiled(): boolean {
  const main = join(classes, 'dev', 'sluice', 'interop', 'Main.class');
  if (!existsSync(main)) return false;
  const builtAt = statSync(main).mtimeMs;
  return readdirSync(sources).every((name) => statSync(join(sources, name)).mtimeMs < builtAt);
}

/** The format of sha256sum: digest, two spaces, name. */
function parse(text: string): ReadonlyMap<string, string> {
  const lines = text.split('\n').filter((line) => line !== '');
  return new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)]));
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
