// npm run examples: installs and tests every folder in examples/, as its README says. Each must end by itself: a broker
// or a client that is left open would keep it running until the limit here.
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const EXAMPLE_TIMEOUT_MS = 300_000;

let failed = 0;
for (const manifest of globSync('examples/*/package.json', { cwd: ROOT }).sort()) {
  const folder = dirname(manifest);
  process.stdout.write(`\n== ${folder}\n`);
  const passed = (await npm(folder, ['ci'])) && (await npm(folder, ['test']));
  if (!passed) failed++;
  process.stdout.write(`${passed ? '✔' : '✖'} ${folder}\n`);
}
process.exitCode = failed === 0 ? 0 : 1;

function npm(folder: string, args: readonly string[]): Promise<boolean> {
  const child = spawn('npm', ['--no-audit', '--no-fund', '--loglevel=error', ...args], {
    cwd: join(ROOT, folder),
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: EXAMPLE_TIMEOUT_MS,
  });
  return new Promise((resolve) => {
    child.on('error', () => resolve(false)).on('exit', (code) => resolve(code === 0));
  });
}
