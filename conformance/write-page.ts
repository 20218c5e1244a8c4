import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { printHelp } from '../scripts/print-help.ts';
import { differencesPage } from './differences-page.ts';

printHelp(`node conformance/write-page.ts
    writes docs/differences.md from conformance/differences`);

writeFileSync(join(import.meta.dirname, '../docs/differences.md'), differencesPage());
