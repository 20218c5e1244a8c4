import type { Cluster } from '@sluice/client/cluster';
import { type Reading, readPartitions } from '@sluice/client/partition-reader';
import { retry } from '@sluice/client/retry';
import { topicPartitions } from '@sluice/client/topic-partitions';
import type { ConsumeTopicOptions } from '../commands/consume/consume-options.ts';
import type { Shell } from '../shell.ts';
import { createPrinter } from './consume/printer.ts';
import { resolvePositions } from './consume/start-offsets.ts';
import { refusedAs } from './explain-failure.ts';
import { withCluster } from './with-cluster.ts';

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
      const positions = await openTopic(cluster, topic, options);
      if (printer.isStopped) return;
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
