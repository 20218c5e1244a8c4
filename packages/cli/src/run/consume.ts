import type { Cluster } from '@sluice/client/cluster';
import { type Reading, readPartitions } from '@sluice/client/partition-reader';
import { retry } from '@sluice/client/retry';
import { topicPartitions } from '@sluice/client/topic-partitions';
import type { ConsumeTopicOptions } from '../commands/consume/consume-options.ts';
import { plural } from '../output/units.ts';
import type { Shell } from '../shell.ts';
import { createPrinter } from './consume/printer.ts';
import { resolvePositions } from './consume/start-offsets.ts';
import { refusedAs } from './explain-failure.ts';
import { withCluster } from './with-cluster.ts';

/** In the note of those that are left out. */
const PARTITIONS_TOLD_MAX = 20;

/** `sluice consume` */
export async function consume(shell: Shell, topic: string, options: ConsumeTopicOptions): Promise<void> {
  const printer = createPrinter(shell, options);
  let reading: Reading | undefined;
  const interrupt = shell.onInterrupt(() => {
    printer.stop();
    reading?.stop();
  });
  try {
    await withCluster(shell, options, async (cluster) => {
      const { positions, leftOut } = await openTopic(cluster, topic, options);
      if (printer.isStopped) return;
      if (leftOut.length > 0) await shell.stderr.write(`${tellLeftOut(topic, leftOut)}\n`);
      reading = readPartitions(cluster, {
        topic,
        positions,
        onRecords: async (partition, records) => (await printer.print({ topic, partition }, records)).goOn,
      });
      await reading.done;
    });
  } catch (error) {
    if (!printer.isStopped) throw error;
  } finally {
    interrupt.undo();
    printer.end();
  }
}

function tellLeftOut(topic: string, partitions: readonly number[]): string {
  const told = partitions.slice(0, PARTITIONS_TOLD_MAX).join(', ');
  const more = partitions.length > PARTITIONS_TOLD_MAX ? ', …' : '';
  return `${plural(partitions.length, 'partition')} of ${topic} left out for want of that offset: ${told}${more}`;
}

/** A topic that was just made may have no leaders yet; one that does not exist is not waited for. */
async function openTopic(cluster: Cluster, topic: string, options: ConsumeTopicOptions) {
  const { from, partition: partitions, untilEnd = false } = options;
  // A cluster that is not there is not waited for either.
  await cluster.any();
  const refused = refusedAs(`topic ${topic}`);
  return await retry(cluster.clock, cluster.timeoutMs, async () => {
    const { leaders } = await topicPartitions(cluster, topic).catch(refused);
    return await resolvePositions(cluster, leaders, { topic, from, partitions, untilEnd });
  }).catch(refused);
}
