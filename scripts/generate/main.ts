// npm run generate [-- --check] [--output directory]: writes packages/protocol/src/generated and what is generated of
// the AWS services, or says whether it is current. With --output, the protocol's files only, there.
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { printHelp } from '../print-help.ts';
import { generateAws } from './aws/generate.ts';
import { generate } from './generate.ts';

interface Target {
  readonly directory: string;
  /** The files below the directory that are the generator's. */
  readonly pattern: string;
  readonly files: ReadonlyMap<string, string>;
}

const PACKAGES = join(import.meta.dirname, '../../packages');

printHelp(`node scripts/generate/main.ts [--check] [--output DIRECTORY]
    writes what is generated of the protocol's and the AWS services' definitions, or says whether it is current;
    --output: the protocol's files only, there`);

const { check, output } = parseArgs({
  options: { check: { type: 'boolean', default: false }, output: { type: 'string' } },
}).values;

function targets(): Target[] {
  const protocol = { pattern: '**/*.ts', files: generate() };
  if (output !== undefined) return [{ ...protocol, directory: output }];
  return [
    { ...protocol, directory: join(PACKAGES, 'protocol/src/generated') },
    { directory: join(PACKAGES, 'aws/src'), pattern: '*/generated/**/*.ts', files: generateAws() },
  ];
}

function findStale({ directory, pattern, files }: Target): string[] {
  const written = existsSync(directory) ? globSync(pattern, { cwd: directory }) : [];
  const stale = written.filter((path) => !files.has(path));
  for (const [path, text] of files) {
    const file = join(directory, path);
    if (!existsSync(file) || readFileSync(file, 'utf8') !== text) stale.push(path);
  }
  return stale.sort();
}

function write({ directory, files }: Target, stale: readonly string[]): void {
  for (const path of stale) {
    const file = join(directory, path);
    const text = files.get(path);
    if (text === undefined) {
      rmSync(file);
    } else {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }
}

for (const target of targets()) {
  const stale = findStale(target);
  if (!check) {
    write(target, stale);
    process.stdout.write(`${target.files.size} files, ${stale.length} of them changed\n`);
  } else if (stale.length > 0) {
    process.stderr.write(`stale, run npm run generate:\n${stale.map((path) => `  ${path}\n`).join('')}`);
    process.exitCode = 1;
  }
}
