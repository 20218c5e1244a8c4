// Part of npm run generate: writes docs/reference/{topic,broker}-configs.md from the tables of configurations, or with
// --check says whether they are current.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { printHelp } from '../print-help.ts';
import { brokerConfigReference, topicConfigReference } from './config-reference-text.ts';

printHelp(`node scripts/generate/config-reference.ts [--check]
    writes the pages of topic and broker settings in docs/reference from their tables, or says whether they are current`);

const directory = join(import.meta.dirname, '../../docs/reference');
const pages = { 'topic-configs.md': topicConfigReference(), 'broker-configs.md': brokerConfigReference() };

const { check } = parseArgs({ options: { check: { type: 'boolean', default: false } } }).values;
mkdirSync(directory, { recursive: true });
for (const [name, text] of Object.entries(pages)) {
  const path = join(directory, name);
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
  if (!check) {
    writeFileSync(path, text);
  } else {
    process.stderr.write(`docs/reference/${name} is stale, run npm run generate\n`);
    process.exitCode = 1;
  }
}
