import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** An earlier commit of this repository, so many back; undefined where the history does not reach so far. */
export function commitsBack(count: number): string | undefined {
  const { status, stdout } = spawnSync('git', ['rev-parse', '--short', `HEAD~${count}`], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return status === 0 ? stdout.trim() : undefined;
}

/** Its packages in a directory of their own, beside today's dependencies. Gives the command line to run. */
export function checkOut(commit: string, directory: string): string {
  const archive = spawnSync('git', ['archive', commit, 'packages', 'package.json'], { cwd: ROOT, maxBuffer: 2 ** 28 });
  mkdirSync(directory, { recursive: true });
  const unpacked = spawnSync('tar', ['x', '-C', directory], { input: archive.stdout });
  if (archive.status !== 0 || unpacked.status !== 0) throw new Error(`${commit}: ${archive.stderr}${unpacked.stderr}`);
  const modules = join(directory, 'node_modules');
  mkdirSync(join(modules, '@sluice'), { recursive: true });
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (name !== '@sluice' && name !== 'sluice') symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  }
  for (const name of readdirSync(join(directory, 'packages'))) {
    const link = name === 'sluice' ? join(modules, name) : join(modules, '@sluice', name);
    symlinkSync(join(directory, 'packages', name), link);
  }
  return join(directory, 'packages/cli/src/main.ts');
}
