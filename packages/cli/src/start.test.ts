import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { createTestShell, runCommand } from './testing/test-shell.ts';

const MAIN = join(import.meta.dirname, 'main.ts');
/** Root may write everywhere. */
const IS_ROOT = process.getuid?.() === 0;

let folder: string;
const children = new Set<ChildProcess>();
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-start-'));
});
after(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function spawnStart(...args: readonly string[]) {
  const child = spawn(process.execPath, [MAIN, 'start', ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  const output = { err: '' };
  child.stderr.on('data', (chunk: Buffer) => {
    output.err += chunk.toString();
  });
  const exited = once(child, 'close').then(([code, signal]) => {
    children.delete(child);
    return { code, signal };
  });
  return { child, output, exited };
}

/** Starts a broker on a free port and waits for its line. */
async function start(...args: readonly string[]) {
  const { child, output, exited } = spawnStart('--listen', '127.0.0.1:0', ...args);
  for await (const line of createInterface({ input: child.stdout })) {
    const bootstrap = /^ready .*bootstrap=(\S+)/.exec(line)?.[1];
    assert(bootstrap !== undefined, `the first line on stdout is ${line}`);
    return { bootstrap, child, output, exited };
  }
  throw new Error(`it did not start: ${output.err}`);
}

/** A start that must fail: one line on stderr, and what it says. */
async function refused(...args: readonly string[]): Promise<string> {
  const { output, exited } = spawnStart(...args);
  const { code } = await exited;
  assert(code === 1 || code === 2 || code === 3, `exit code ${code}: ${output.err}`);
  assert.equal(output.err.trimEnd().split('\n').length, 1, output.err);
  return output.err;
}

async function run(bootstrap: string, line: string, input = ''): Promise<string> {
  const shell = createTestShell({ input });
  assert.equal(await runCommand(shell, ...line.split(' '), '--bootstrap', bootstrap), 0, shell.err);
  return shell.out;
}

describe('sluice start', () => {
  it('serves, stops at a signal, and has everything when it starts again', async () => {
    const first = await start('--data', 'kept', '--set', 'num.partitions=2');
    await run(first.bootstrap, 'topic create orders');
    await run(first.bootstrap, 'produce orders --partition 1', 'hello\n');
    first.child.kill('SIGTERM');
    assert.deepEqual(await first.exited, { code: 0, signal: null });

    const second = await start('--data', 'kept');
    assert.equal(await run(second.bootstrap, 'consume orders --until-end'), 'hello\n');
    second.child.kill('SIGINT');
    assert.deepEqual(await second.exited, { code: 0, signal: null });
  });

  it('logs JSON lines on stderr where it is no terminal', async () => {
    const { child, output, exited } = await start('--ephemeral');
    child.kill('SIGTERM');
    await exited;
    const lines = output.err.trimEnd().split('\n');
    assert(lines.length > 0);
    for (const line of lines) assert.equal(typeof JSON.parse(line).message, 'string');
  });

  it('says where the AWS services are, and serves them', async () => {
    const { child, exited } = spawnStart('--ephemeral', '--listen', '127.0.0.1:0', '--aws', '127.0.0.1:0');
    for await (const line of createInterface({ input: child.stdout })) {
      const endpoint = /^ready bootstrap=\S+ node=1 cluster=\S+ aws=(http:\/\/127\.0\.0\.1:\d+)$/.exec(line)?.[1];
      assert(endpoint !== undefined, line);
      // Nobody signed it.
      assert.equal((await fetch(endpoint)).status, 403);
      child.kill('SIGTERM');
    }
    assert.deepEqual(await exited, { code: 0, signal: null });
  });

  it('reads a configuration file', async () => {
    writeFileSync(join(folder, 'server.properties'), 'num.partitions=4\nlog.retention.hours=24\n');
    const { bootstrap, child, exited } = await start('--ephemeral', '--config', 'server.properties');
    await run(bootstrap, 'topic create from-file');
    assert.equal(JSON.parse(await run(bootstrap, 'topic describe from-file --json'))[0].partitions.length, 4);
    child.kill('SIGTERM');
    await exited;
  });

  it('ends at once at a second signal', async () => {
    const shell = createTestShell();
    const running = runCommand(shell, 'start', '--ephemeral', '--listen', '127.0.0.1:0');
    await shell.seen('ready ');
    shell.interrupt();
    assert.throws(() => shell.interrupt(), /ended with 130/);
    assert.equal(await running, 0);
  });

  it('refuses a port in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    assert(address !== null && typeof address === 'object');
    const error = await refused('--ephemeral', '--listen', `127.0.0.1:${address.port}`);
    assert.match(error, /^error: 127\.0\.0\.1:\d+ is in use; .*--listen/);
    server.close();
  });

  it('refuses a data directory in use', async () => {
    const { child, exited } = await start('--data', 'used');
    assert.match(await refused('--listen', '127.0.0.1:0', '--data', 'used'), /^error: .*used.*; stop the broker/);
    child.kill('SIGTERM');
    await exited;
  });

  it('refuses a directory of somebody else', async () => {
    writeFileSync(join(folder, 'letter.txt'), '');
    assert.match(await refused('--data', '.'), /^error: .* is not a data directory.*; name an empty.* with --data$/m);
    assert.match(await refused('--data', 'letter.txt'), /^error: .*letter\.txt/);
  });

  it('refuses a directory that it may not write', { skip: IS_ROOT && 'root may write everywhere' }, async () => {
    const locked = mkdtempSync(join(folder, 'locked-'));
    chmodSync(locked, 0o555);
    assert.match(await refused('--listen', '127.0.0.1:0', '--data', locked), /^error: .*writable|permission/);
  });

  it('refuses settings that it does not know, with a suggestion', async () => {
    assert.match(await refused('--ephemeral', '--set', 'num.partition=3'), /^error: .*Did you mean num\.partitions\?/);
    assert.match(await refused('--config', 'missing.properties'), /^error: there is no file missing\.properties/);
  });
});
