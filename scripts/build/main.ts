// npm run build: makes the publishable package `sluice` in dist/ out of the workspaces.
import { chmodSync, copyFileSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { printHelp } from '../print-help.ts';
import { bundle } from './bundle.ts';
import { emitDeclarations } from './declarations.ts';
import { DOCUMENTS, packageManifest, workspaceManifests } from './manifest.ts';

const ROOT = join(import.meta.dirname, '../..');
const DIST = join(ROOT, 'dist');

printHelp(`node scripts/build/main.ts
    makes the publishable package \`sluice\` in dist/ out of the workspaces; what was there is replaced`);

rmSync(DIST, { recursive: true, force: true });
mkdirSync(join(DIST, 'bin'), { recursive: true });
const manifest = packageManifest(workspaceManifests(ROOT));
await bundle(ROOT, join(DIST, 'lib'), Object.keys(manifest.dependencies));
emitDeclarations(ROOT, join(DIST, 'types'));
copyFileSync(join(import.meta.dirname, 'bin.js'), join(DIST, 'bin/sluice.js'));
chmodSync(join(DIST, 'bin/sluice.js'), 0o755);
for (const [from, to] of DOCUMENTS) cpSync(join(ROOT, from), join(DIST, to), { recursive: true });
writeFileSync(join(DIST, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
process.stdout.write(`dist: sluice ${manifest.version}\n`);
