import assert from 'node:assert/strict';
import { it } from 'node:test';
import { silentLogger } from '@sluice/kernel/logger';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { createSimDisk, type SimDisk } from '@sluice/kernel/sim/disk';
import { createSimRandom } from '@sluice/kernel/sim/random';
import { DEFAULT_LOG_CONFIG } from './default-log-config.ts';
import { openLogDirectory } from './log-manager.ts';
import { createTailCache } from './tail-cache.ts';
import { append, batchOf, durable } from './testing/test-log.ts';

const CHECKPOINT = '/data/log-start-offset-checkpoint';

function open(disk: SimDisk) {
  return openLogDirectory({
    disk,
    clock: createSimClock(),
    random: createSimRandom(1),
    logger: silentLogger,
    path: '/data',
    clusterId: 'cluster',
    nodeId: 1,
    tailCache: createTailCache(0),
    durability: 'disk',
    configOf: () => DEFAULT_LOG_CONFIG,
  });
}

it('bug: a damaged log start checkpoint does not become 0 for a partition that cannot be opened just then', async () => {
  const disk = createSimDisk({ crashModel: false });
  const first = await open(disk);
  const log = await first.create('orders', 0, 'c3RhYmxlLXRvcGljLWlkMA', DEFAULT_LOG_CONFIG);
  for (let batch = 0; batch < 5; batch++) append(log, batchOf(['one', 'two']), { durable: true });
  await durable(log);
  await log.deleteRecordsBelow(5);
  await first.close();

  disk.flipByte(CHECKPOINT, 5);
  await disk.unlink('/data/.kafka_cleanshutdown');
  const mend = disk.inject(({ kind, path }) =>
    kind === 'list' && path === '/data/orders-0' ? { kind: 'fail', tag: 'denied' } : undefined,
  );
  const second = await open(disk);
  assert.equal(second.unopened.size, 1);
  // Anything that writes the checkpoint anew.
  const other = await second.create('other', 0, 'c3RhYmxlLXRvcGljLWlkMQ', DEFAULT_LOG_CONFIG);
  append(other, batchOf(['one', 'two']), { durable: true });
  await durable(other);
  await other.deleteRecordsBelow(1);
  await second.close();
  assert.match(String(await disk.readFile(CHECKPOINT)), /orders 0 -1/);

  mend();
  const third = await open(disk);
  assert.equal(third.unopened.size, 0);
  assert.equal(third.get('orders', 0)?.log.logStartOffset, 5);
  assert.equal(third.get('other', 0)?.log.logStartOffset, 1);
  await third.close();
});
