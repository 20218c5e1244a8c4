import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSharedRuns } from './share-runs.ts';

/** Work that ends when it is told to. */
function fixture() {
  const begun: PromiseWithResolvers<void>[] = [];
  let underWay = 0;
  const run = createSharedRuns(async () => {
    assert.equal(underWay++, 0, 'one at a time');
    const over = Promise.withResolvers<void>();
    begun.push(over);
    await over.promise.finally(() => underWay--);
  });
  return { begun, run };
}

describe('shared runs', () => {
  it('begin at once where none is under way, and share the next one otherwise', async () => {
    const { begun, run } = fixture();
    const first = run();
    const [second, third] = [run(), run()];
    assert.equal(second, third);
    begun[0]?.resolve();
    await first;
    await new Promise(setImmediate);
    assert.equal(begun.length, 2);
    begun[1]?.resolve();
    await third;
  });

  it('go on after one that failed', async () => {
    const { begun, run } = fixture();
    const first = run();
    const second = run();
    begun[0]?.reject(new Error('full'));
    await assert.rejects(first, /full/);
    await new Promise(setImmediate);
    begun[1]?.resolve();
    await second;
  });

  it('bug: who asked as one ended, while another was to follow, began a third beside that', async () => {
    const { begun, run } = fixture();
    const asked = run().then(() => run());
    const second = run();
    begun[0]?.resolve();
    await new Promise(setImmediate);
    assert.equal(begun.length, 2);
    begun[1]?.resolve();
    await Promise.all([asked, second]);
  });
});
