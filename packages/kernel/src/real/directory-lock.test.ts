import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { lockFile } from './directory-lock.ts';

const root = await mkdtemp(join(tmpdir(), 'sluice-lock-'));
const children = new Set<ChildProcess>();
after(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(root, { recursive: true, force: true });
});

/** A process that tries to lock, says "held" or the tag of its failure, and stays. */
function startHolder(path: string): { child: ChildProcess; answer: Promise<string> } {
  const script = `
    import { lockFile } from ${JSON.stringify(new URL('./directory-lock.ts', import.meta.url).href)};
    const answer = await lockFile(${JSON.stringify(path)}).then(() => 'held', (error) => error.tag);
    // Nobody refers to the lock any more: the collector must not open it.
    globalThis.gc();
    await new Promise((resolve) => setImmediate(resolve));
    console.log(answer);
    setInterval(() => {}, 1000);
  `;
  const child = spawn(process.execPath, ['--expose-gc', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  const answer = once(child.stdout, 'data').then(([chunk]) => String(chunk).trim());
  return { child, answer };
}

async function kill(child: ChildProcess): Promise<void> {
  children.delete(child);
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

it('another process cannot lock while the holder lives, and can the moment it was killed', async () => {
  const path = join(root, 'killed.lock');
  const { child, answer } = startHolder(path);
  assert.equal(await answer, 'held');
  await assert.rejects(lockFile(path), { tag: 'busy' });
  await kill(child);
  const lock = await lockFile(path);
  const other = startHolder(path);
  assert.equal(await other.answer, 'busy');
  await kill(other.child);
  await lock.release();
});

it('of processes that start together exactly one gets it', async () => {
  const path = join(root, 'race.lock');
  const holders = Array.from({ length: 4 }, () => startHolder(path));
  const answers = await Promise.all(holders.map(({ answer }) => answer));
  await Promise.all(holders.map(({ child }) => kill(child)));
  assert.deepEqual(answers.sort(), ['busy', 'busy', 'busy', 'held']);
});

it('leaves one empty file', async () => {
  const folder = await mkdtemp(join(root, 'one-'));
  const lock = await lockFile(join(folder, '.lock'));
  assert.deepEqual(await readdir(folder), ['.lock']);
  await lock.release();
  assert.deepEqual(await readdir(folder), ['.lock']);
});

it('says why it cannot', { skip: process.getuid?.() === 0 ? 'root may write anywhere' : false }, async () => {
  const folder = await mkdtemp(join(root, 'denied-'));
  await chmod(folder, 0o500);
  await assert.rejects(lockFile(join(folder, '.lock')), { tag: 'denied' });
});

it('does not touch a file that is something else', async () => {
  const path = join(root, 'foreign');
  await writeFile(path, 'not a lock file at all, but long enough to be looked at as one'.repeat(20));
  await assert.rejects(lockFile(path), { tag: 'io' });
});
