import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLogger } from '@sluice/kernel/logger';
import { createSimDisk } from '@sluice/kernel/sim/disk';
import { createFileCache } from './file-cache.ts';
import { createIndexLoader } from './index-loader.ts';
import type { LogState } from './log-state.ts';
import { createSegment } from './segment.ts';

test('bug: a swap waited for a reader that waited for the swap', async () => {
  const disk = createSimDisk();
  const segment = createSegment({ baseOffset: 0, directory: '/data/orders-0', createdMs: 0, rollJitterMs: 0 });
  const swap = Promise.withResolvers<void>();
  // What a loader reads of it.
  const state = { segments: [segment], swapping: swap.promise } as unknown as LogState;
  const loader = createIndexLoader({
    ...{ state, disk, files: createFileCache(disk, 10), logger: silentLogger },
    rebuildOptions: () => assert.fail('nothing is rebuilt'),
  });
  const loading = loader.load(segment);
  await loader.idle();
  state.segments = [];
  state.swapping = undefined;
  swap.resolve();
  await assert.rejects(loading, /is not part of the log any more/);
});
