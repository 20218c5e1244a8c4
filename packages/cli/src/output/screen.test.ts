import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createTestShell } from '../testing/test-shell.ts';
import { startScreen } from './screen.ts';

describe('a screen', () => {
  it('is cleared once, then drawn over, and gives the cursor back', async () => {
    const shell = createTestShell({ columns: 80 });
    const screen = startScreen(shell.stdout);
    await screen.draw('title', 'a\nb\n');
    assert.equal(shell.out, '\u001b[?25l\u001b[2J\u001b[Htitle\u001b[K\n\u001b[K\na\u001b[K\nb\u001b[K\n\u001b[J');
    const before = shell.out.length;
    await screen.draw('title', 'c\n');
    assert.equal(shell.out.slice(before), '\u001b[Htitle\u001b[K\n\u001b[K\nc\u001b[K\n\u001b[J');
    await screen.end();
    assert(shell.out.endsWith('\u001b[?25h'));
  });

  it('never scrolls: what does not fit is counted', async () => {
    const shell = createTestShell({ columns: 20, rows: 6 });
    const text = Array.from({ length: 10 }, (_, index) => `line ${index}`).join('\n');
    await startScreen(shell.stdout).draw('x'.repeat(50), text);
    const lines = shell.out.split('\n');
    assert.equal(lines.length - 1, 5);
    assert(lines[0]?.endsWith(`H${'x'.repeat(20)}\u001b[K`));
    assert.match(lines[4] ?? '', /^… 8 more lines/);
  });
});
