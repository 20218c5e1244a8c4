// npm run examples: installs, type-checks and tests every folder in examples/; those in Python where there is Python, after
// what they have in TypeScript. Each must end by itself: a broker or a client that is left open would keep it running
// until the limit here.
import { spawn } from 'node:child_process';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { printHelp } from '../print-help.ts';

const ROOT = join(import.meta.dirname, '../..');
const TSC = join(ROOT, 'node_modules/.bin/tsc');
const QUIET = ['--no-audit', '--no-fund', '--loglevel=error'];
const STEP_TIMEOUT_MS = 300_000;

printHelp(`node scripts/examples/main.ts
    installs, type-checks and tests every project in examples/, against the built package in dist/`);

let failed = 0;
for (const manifest of globSync('examples/*/package.json', { cwd: ROOT }).sort()) {
  const folder = dirname(manifest);
  await check(
    folder,
    async () =>
      (await run('npm', [...QUIET, 'ci'], folder)) &&
      (await run(TSC, [], folder)) &&
      (await run('npm', ['test', '--if-present'], folder)),
  );
}
for (const requirements of globSync('examples/*/requirements.txt', { cwd: ROOT }).sort()) {
  const folder = dirname(requirements);
  if (!(await run('python3', ['-c', 'import venv, ensurepip'], folder))) {
    process.stdout.write(`skipped: ${folder}: no Python (python3 with venv)\n`);
    continue;
  }
  await check(folder, () => testPython(folder));
}
process.exitCode = failed === 0 ? 0 : 1;

async function check(folder: string, test: () => Promise<boolean>): Promise<void> {
  process.stdout.write(`\n== ${folder}\n`);
  const passed = await test();
  if (!passed) failed++;
  process.stdout.write(`${passed ? '✔' : '✖'} ${folder}\n`);
}

/** In an environment of the folder's own, made anew when its requirements have changed. */
async function testPython(folder: string): Promise<boolean> {
  const venv = join(ROOT, '.cache', 'examples', basename(folder));
  const python = join(venv, 'bin', 'python');
  const mark = join(venv, '.installed');
  const wanted = readFileSync(join(ROOT, folder, 'requirements.txt'), 'utf8');
  if (!existsSync(mark) || readFileSync(mark, 'utf8') !== wanted) {
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--require-hashes'];
    const isInstalled =
      (await run('python3', ['-m', 'venv', '--clear', venv], folder)) &&
      (await run(python, [...install, '-r', 'requirements.txt'], folder));
    if (!isInstalled) return false;
    writeFileSync(mark, wanted);
  }
  return run(python, ['-m', 'unittest', 'discover', '-v', '-p', 'test_*.py'], folder);
}

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
