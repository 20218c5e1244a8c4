import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryDirectory } from './testing/temporary-directory.ts';

const PROGRAM = fileURLToPath(new URL('./testing/embed-many.ts', import.meta.url));
const BROKERS = 20;

/** Runs the program; it has ended by itself, or the test never does. */
async function run(...args: readonly string[]): Promise<{ code: unknown; out: string; err: string }> {
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code, out, err };
}

test('a program that embeds many brokers in memory and closes them ends by itself', { timeout: 60_000 }, async () => {
  const { code, out, err } = await run(String(BROKERS));
  assert.deepEqual({ code, out, err }, { code: 0, out: `${'0 0\n'.repeat(BROKERS)}closed\n`, err: '' });
});

test('so does one that keeps its data', { timeout: 60_000 }, async () => {
  using directory = temporaryDirectory();
  const first = await run('3', directory.path);
  assert.deepEqual(first, { code: 0, out: `${'0 0\n'.repeat(3)}closed\n`, err: '' });
  const second = await run('3', directory.path);
  assert.deepEqual(second.out, `${'0 1\n'.repeat(3)}closed\n`);
});
