// npm run generate [-- --check] [--output directory]: writes packages/protocol/src/generated, or says whether it is
// current.
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { generate } from './generate.ts';

const { check, output } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    output: { type: 'string', default: join(import.meta.dirname, '../../packages/protocol/src/generated') },
  },
}).values;

function findStale(files: ReadonlyMap<string, string>): string[] {
  const written = existsSync(output) ? globSync('**/*.ts', { cwd: output }) : [];
  const stale = written.filter((path) => !files.has(path));
  for (const [path, text] of files) {
    const file = join(output, path);
    if (!existsSync(file) || readFileSync(file, 'utf8') !== text) stale.push(path);
  }
  return stale.sort();
}

function write(files: ReadonlyMap<string, string>, stale: readonly string[]): void {
  for (const path of stale) {
    const file = join(output, path);
    const text = files.get(path);
    if (text === undefined) {
      rmSync(file);
    } else {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }
}

const files = generate();
const stale = findStale(files);
if (!check) {
  write(files, stale);
  process.stdout.write(`${files.size} files, ${stale.length} of them changed\n`);
} else if (stale.length > 0) {
  process.stderr.write(`stale, run npm run generate:\n${stale.map((path) => `  ${path}\n`).join('')}`);
  process.exitCode = 1;
}
