import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimDisk } from '@sluice/kernel/sim/disk';
import { prepareDataDirectory } from './data-directory.ts';

test('a data directory that was made outlives a power loss, with the directories above it', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const disk = createSimDisk();
    await prepareDataDirectory(disk, '/srv/sluice/data');
    assert.ok((await disk.reboot(seed).stat('/srv/sluice/data'))?.isDirectory, `seed ${seed}`);
  }
});
