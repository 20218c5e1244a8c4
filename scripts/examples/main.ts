// npm run examples: installs, type-checks and tests every folder in examples/. Each must end by itself: a broker or a client
// that is left open would keep it running until the limit here.
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const TSC = join(ROOT, 'node_modules/.bin/tsc');
const QUIET = ['--no-audit', '--no-fund', '--loglevel=error'];
const STEP_TIMEOUT_MS = 300_000;

let failed = 0;
for (const manifest of globSync('examples/*/package.json', { cwd: ROOT }).sort()) {
  const folder = dirname(manifest);
  process.stdout.write(`\n== ${folder}\n`);
  const passed =
    (await run('npm', [...QUIET, 'ci'], folder)) &&
    (await run(TSC, [], folder)) &&
    (await run('npm', ['test'], folder));
  if (!passed) failed++;
  process.stdout.write(`${passed ? '✔' : '✖'} ${folder}\n`);
}
process.exitCode = failed === 0 ? 0 : 1;

function run(program: string, args: readonly string[], folder: string): Promise<boolean> {
  const child = spawn(program, args, {
    cwd: join(ROOT, folder),
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: STEP_TIMEOUT_MS,
  });
  return new Promise((resolve) => {
    child.on('error', () => resolve(false)).on('exit', (code) => resolve(code === 0));
  });
}
