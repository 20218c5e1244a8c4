import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { createTestShell } from '../testing/test-shell.ts';
import { startProgress } from './progress.ts';

describe('progress', () => {
  it('is drawn now and then, in one line no wider than the terminal, and taken away', async () => {
    const clock = createSimClock();
    const shell = createTestShell({ columns: 10 });
    const progress = startProgress(shell.stderr, clock);
    for (let count = 1; count <= 3; count++) progress.update(() => `${count} records read`);
    assert.equal(shell.err, '');
    await clock.advance(200);
    assert.equal(shell.err, '\r\u001b[2K3 records');
    progress.clear();
    assert.equal(shell.err, '\r\u001b[2K3 records\r\u001b[2K');
    assert.equal(clock.timerCount, 0);
  });

  it('is silent where nobody looks', async () => {
    const clock = createSimClock();
    const shell = createTestShell();
    startProgress(shell.stderr, clock).update(() => 'x');
    await clock.advance(1_000);
    assert.equal(shell.err, '');
  });
});
