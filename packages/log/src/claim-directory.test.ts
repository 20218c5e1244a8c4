import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimDisk } from '@sluice/kernel/sim/disk';
import { createSimRandom } from '@sluice/kernel/sim/random';
import { claimDirectory } from './claim-directory.ts';

test('a directory that a killed process made but never synced outlives a power loss once it is claimed', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const disk = createSimDisk();
    await disk.makeDirectory('/srv/data');
    const random = createSimRandom(seed);
    await claimDirectory({ disk, random, path: '/srv/data', clusterId: 'cluster', nodeId: 1 });
    assert.ok((await disk.reboot(seed).stat('/srv/data/meta.properties')) !== undefined, `seed ${seed}`);
  }
});
