import { silentLogger } from '@sluice/kernel/logger';
import { realClock } from '@sluice/kernel/real/clock';
import { realDisk } from '@sluice/kernel/real/disk';
import { realRandom } from '@sluice/kernel/real/random';
import { DEFAULT_LOG_CONFIG } from '../default-log-config.ts';
import { forEachBounded } from '../for-each-bounded.ts';
import type { LogDirectory } from '../log-directory.ts';
import { openLogDirectory } from '../log-manager.ts';
import type { ManagedLog } from '../managed-log.ts';
import { createTailCache } from '../tail-cache.ts';
import { append, batchOf, durable, readAll, written } from './test-log.ts';

/*
 * Writes to many logs of one directory within one turn, closes it, opens it again and reads all of them at once. To be
 * run as a process of its own, with few descriptors.
 */

const TOPIC_ID = 'c3RhYmxlLXRvcGljLWlkMA';
/** By the real clock its records are years old, and on a slow machine retention gets its turn. */
const CONFIG = { ...DEFAULT_LOG_CONFIG, retentionMs: -1 };
const [path = '', count = '0'] = process.argv.slice(2);

function open(): Promise<LogDirectory> {
  return openLogDirectory({
    disk: realDisk,
    clock: realClock,
    random: realRandom,
    logger: silentLogger,
    path,
    clusterId: 'cluster',
    nodeId: 1,
    // Nothing of it: everything is read from the files.
    tailCache: createTailCache(0),
    durability: 'disk',
    configOf: () => CONFIG,
  });
}

const directory = await open();
const logs: ManagedLog[] = [];
const partitions = Array.from({ length: Number(count) }, (_, partition) => partition);
await forEachBounded(partitions, 64, async (partition) => {
  logs.push(await directory.create('many', partition, TOPIC_ID, CONFIG));
});
// Half of them want it durable.
for (const log of logs) append(log, batchOf([`of ${log.partition}`]), { durable: log.partition % 2 === 0 });
await Promise.all(logs.map((log) => (log.partition % 2 === 0 ? durable(log) : written(log))));
const writtenCount = logs.filter((log) => log.failure === undefined).length;
await directory.close();

const again = await open();
const read = await Promise.all([...again.logs()].map(({ log }) => readAll(log)));
await again.close();
console.log(`${writtenCount} written, ${read.filter((batches) => batches.length === 1).length} read again`);
