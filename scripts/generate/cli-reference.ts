// npm run generate:cli [-- --check]: writes docs/reference/cli.md from the commands' definitions, or says whether it is
// current.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { printHelp } from '../print-help.ts';
import { cliReference } from './cli-reference-text.ts';

const TARGET = join(import.meta.dirname, '../../docs/reference/cli.md');

printHelp(`node scripts/generate/cli-reference.ts [--check]
    writes docs/reference/cli.md from the commands' definitions, or says whether it is current`);

const { check } = parseArgs({ options: { check: { type: 'boolean', default: false } } }).values;
const text = cliReference();
const isCurrent = existsSync(TARGET) && readFileSync(TARGET, 'utf8') === text;
if (!check) {
  mkdirSync(dirname(TARGET), { recursive: true });
  writeFileSync(TARGET, text);
} else if (!isCurrent) {
  process.stderr.write('docs/reference/cli.md is stale, run npm run generate\n');
  process.exitCode = 1;
}
