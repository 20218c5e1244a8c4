import type { Cluster } from '@sluice/client/cluster';
import { KafkaError } from '@sluice/client/kafka-error';
import { type Reading, readPartitions } from '@sluice/client/partition-reader';
import { retry } from '@sluice/client/retry';
import { topicPartitions } from '@sluice/client/topic-partitions';
import type { BatchRecord } from '@sluice/protocol/records/record';
import type { ConsumeOptions } from '../commands/consume.ts';
import { startProgress } from '../output/progress.ts';
import { formatBytes, plural } from '../output/units.ts';
import type { Shell } from '../shell.ts';
import { formatJson, formatKeyValue, formatValue, forTerminal, type RecordFormat } from './consume/record-format.ts';
import { resolvePositions } from './consume/start-offsets.ts';
import { refusal } from './explain-failure.ts';
import { withCluster } from './with-cluster.ts';

/** `sluice consume` */
export async function consume(shell: Shell, topic: string, options: ConsumeOptions): Promise<void> {
  // Where records go to a terminal themselves, a line about them would only be in the way.
  const progress = shell.stdout.isTerminal ? undefined : startProgress(shell.stderr, shell.clock);
  const format = chooseFormat(shell, topic, options);
  let reading: Reading | undefined;
  let isInterrupted = false;
  const interrupt = shell.onInterrupt(() => {
    isInterrupted = true;
    reading?.stop();
  });
  let left = options.count ?? Number.POSITIVE_INFINITY;
  let count = 0;
  let sizeBytes = 0;

  async function print(partition: number, records: readonly BatchRecord[]): Promise<boolean> {
    const wanted = records.slice(0, left);
    const text = Buffer.concat(wanted.map((record) => format(partition, record)));
    left -= wanted.length;
    count += wanted.length;
    sizeBytes += text.length;
    await shell.stdout.write(text);
    progress?.update(() => `${plural(count, 'record')}, ${formatBytes(sizeBytes)}`);
    return left > 0 && !shell.stdout.closed;
  }

  try {
    await withCluster(shell, options, async (cluster) => {
      const positions = await openTopic(cluster, topic, options);
      if (isInterrupted) return;
      reading = readPartitions(cluster, { topic, positions, onRecords: print });
      await reading.done;
    });
  } catch (error) {
    if (!isInterrupted) throw error;
  } finally {
    interrupt.undo();
    progress?.clear();
  }
}

/** A topic that was just made may have no leaders yet; one that does not exist is not waited for. */
async function openTopic(cluster: Cluster, topic: string, options: ConsumeOptions) {
  const { from, partition: partitions, untilEnd = false } = options;
  // A cluster that is not there is not waited for either.
  await cluster.any();
  try {
    return await retry(cluster.clock, cluster.timeoutMs, async () => {
      const { leaders } = await topicPartitions(cluster, topic).catch((error: unknown) => {
        throw error instanceof KafkaError ? refusal(`topic ${topic}`, error) : error;
      });
      return await resolvePositions(cluster, leaders, { topic, from, partitions, untilEnd });
    });
  } catch (error) {
    throw error instanceof KafkaError ? refusal(`topic ${topic}`, error) : error;
  }
}

function chooseFormat(shell: Shell, topic: string, options: ConsumeOptions): RecordFormat {
  const format = options.json ? 'json' : options.format;
  // JSON has no control characters that are not escaped.
  if (format === 'json') return formatJson(topic);
  const plain = format === 'value' ? formatValue : formatKeyValue(options.keySeparator);
  return shell.stdout.isTerminal ? forTerminal(plain) : plain;
}
