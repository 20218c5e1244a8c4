import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Logger, silentLogger } from '@sluice/kernel/logger';
import { setBaseOffset, setPartitionLeaderEpoch } from '@sluice/protocol/records/batch-header';
import { DEFAULT_LOG_CONFIG } from '../default-log-config.ts';
import {
  appendToAll,
  lastValuesAfterCrash,
  openFixture,
  openJournaled,
  SYNCED_SIZE_BYTES,
  topicIdOf,
} from '../testing/journal-fixture.ts';
import { batchOf } from '../testing/test-log.ts';
import { isJournalFileName } from './format.ts';

describe('after a power loss the journal', () => {
  test('gives back what segments lost, also where garbage took its place', async () => {
    const { disk, logs } = await openFixture();
    await appendToAll(logs, 'acknowledged');
    const crashed = disk.reboot(12);
    for (const path of crashed.files().filter((each) => each.endsWith('.log'))) {
      const file = await crashed.open(path, 'update');
      await file.truncate(SYNCED_SIZE_BYTES);
      await file.writev([Buffer.alloc(300, 0xee)], SYNCED_SIZE_BYTES);
      await file.close();
    }
    assert.deepEqual(await lastValuesAfterCrash(crashed), Array(5).fill('acknowledged'));
  });

  test('touches nothing that is sound and other than it says', async () => {
    const { disk, logs } = await openFixture();
    await appendToAll(logs, 'acknowledged');
    const crashed = disk.reboot(12);
    // As another server might have gone on with it.
    const path = '/data/orders-0/00000000000000000000.log';
    const other = batchOf(['others']);
    setBaseOffset(other, 0, 2);
    setPartitionLeaderEpoch(other, 0, 0);
    const file = await crashed.open(path, 'update');
    await file.truncate(SYNCED_SIZE_BYTES);
    await file.writev([other], SYNCED_SIZE_BYTES);
    await file.close();
    const values = await lastValuesAfterCrash(crashed);
    assert.equal(values[0], 'others');
    assert.deepEqual(values.slice(1), Array(4).fill('acknowledged'));
  });

  test('gives nothing of a partition that was removed to one that came in its place, under the same id even', async () => {
    const { disk, logs, directory } = await openFixture();
    await appendToAll(logs, 'acknowledged');
    await directory.remove('orders', 0);
    const again = await directory.create('orders', 0, topicIdOf(0), DEFAULT_LOG_CONFIG);
    await appendToAll([again], 'new');
    const values = await lastValuesAfterCrash(disk.reboot(12));
    assert.deepEqual(values, ['new', ...Array(4).fill('acknowledged')]);
  });

  test('counts for nothing beside the mark of a clean stop', async () => {
    const { disk, logs, directory } = await openFixture();
    const [log] = logs;
    assert(log !== undefined);
    await appendToAll(logs, 'acknowledged');
    const [name = ''] = (await disk.list('/data')).filter(isJournalFileName);
    const content = await disk.readFile(`/data/${name}`);
    await log.truncateTo(1);
    await directory.close();
    await disk.replaceFile(`/data/${name}`, content ?? Buffer.alloc(0));
    assert.equal((await lastValuesAfterCrash(disk))[0], 'first');
    assert(!(await disk.list('/data')).some(isJournalFileName));
  });

  test('waits for the next start where a segment cannot be written, and its partition with it', async () => {
    const { disk, logs } = await openFixture();
    await appendToAll(logs, 'acknowledged');
    const crashed = disk.reboot(12);
    const restore = crashed.inject(({ kind, path }) =>
      kind === 'sync' && path.includes('/orders-2/') ? { kind: 'fail', tag: 'io' } : undefined,
    );
    const directory = await openJournaled(crashed);
    assert.match(directory.unopened.get('orders-2') ?? '', /journal/);
    assert.equal(directory.get('orders', 2), undefined);
    await directory.close();
    restore();
    const values = await lastValuesAfterCrash(crashed);
    assert.deepEqual(values, Array(5).fill('acknowledged'));
    assert(!(await crashed.list('/data')).some(isJournalFileName));
  });

  test('that is damaged tells so', async () => {
    const { disk, logs } = await openFixture();
    await appendToAll(logs, 'one');
    await appendToAll(logs, 'two');
    const crashed = disk.reboot(12);
    // Within the second commit: the third follows.
    crashed.flipByte('/data/sluice-journal-0.jnl', 600);
    const told: string[] = [];
    const logger: Logger = { ...silentLogger, error: (message) => void told.push(message), with: () => logger };
    await (await openJournaled(crashed, { logger })).close();
    assert(told.some((message) => /journal is damaged/.test(message)));
  });
});
