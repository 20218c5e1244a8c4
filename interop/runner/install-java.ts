import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './commands.ts';
import { cache, interop } from './paths.ts';

/** A folder of Java clients, and where what it needs is kept. */
interface Java {
  readonly pom: string;
  readonly sources: string;
  readonly checksums: string;
  readonly jars: string;
  readonly classes: string;
  /** The class file that says that it is compiled. */
  readonly mainClass: string;
}

/** Fetches the jars of pom.xml where they are not yet, compares them with checksums.txt, and compiles. */
export async function installJava(folder = 'java', mainClass = 'dev/sluice/interop/Main.class'): Promise<void> {
  const java: Java = {
    pom: join(interop, folder, 'pom.xml'),
    sources: join(interop, folder, 'src'),
    checksums: join(interop, folder, 'checksums.txt'),
    jars: join(cache, folder, 'lib'),
    classes: join(cache, folder, 'classes'),
    mainClass,
  };
  const { sources, jars, classes } = java;
  const expected = parse(readFileSync(java.checksums, 'utf8'));
  if (!isComplete(expected, java)) await fetchJars(expected, java);
  if (isCompiled(java)) return;
  rmSync(classes, { recursive: true, force: true });
  mkdirSync(classes, { recursive: true });
  const files = readdirSync(sources).map((name) => join(sources, name));
  const flags = ['-encoding', 'UTF-8', '-nowarn', '-proc:none'];
  try {
    await run('javac', [...flags, '-cp', join(jars, '*'), '-d', classes, ...files]);
  } catch (cause) {
    // It may have written some of them.
    rmSync(classes, { recursive: true, force: true });
    throw cause;
  }
}

async function fetchJars(expected: ReadonlyMap<string, string>, java: Java): Promise<void> {
  const { jars, pom } = java;
  rmSync(jars, { recursive: true, force: true });
  mkdirSync(jars, { recursive: true });
  await run('mvn', ['-B', '-q', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${jars}`]);
  for (const name of readdirSync(jars)) {
    if (expected.get(name) !== sha256(join(jars, name))) throw new Error(`${name} is not the file of checksums.txt`);
  }
  if (!isComplete(expected, java)) throw new Error('a file of checksums.txt is not among the dependencies of pom.xml');
}

function isComplete(expected: ReadonlyMap<string, string>, { jars }: Java): boolean {
  return [...expected.keys()].every((name) => existsSync(join(jars, name)));
}

function isCompiled({ classes, mainClass, sources }: Java): boolean {
  const main = join(classes, mainClass);
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
