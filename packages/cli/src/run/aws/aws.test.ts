import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Sluice } from 'sluice';
import { createTestShell, runCommand } from '../../testing/test-shell.ts';

describe('sluice aws', () => {
  it('is ready once the cluster behind it has answered', async () => {
    await using sluice = await Sluice.start();
    const shell = createTestShell();
    const running = runCommand(shell, 'aws', '--bootstrap', sluice.bootstrap, '--listen', '127.0.0.1:0');
    await shell.seen('ready aws=http://127.0.0.1:');
    shell.interrupt();
    assert.equal(await running, 0);
  });

  it('ends before it is ready where nothing answers', async () => {
    const sluice = await Sluice.start();
    await sluice.close();
    const shell = createTestShell();
    const code = await runCommand(shell, 'aws', '--bootstrap', sluice.bootstrap, '--listen', '127.0.0.1:0');
    assert.equal(code, 5);
    assert.equal(shell.out, '');
    assert.match(shell.err, /^error: nothing listens on 127\.0\.0\.1:\d+: is the broker running\?/);
  });
});
