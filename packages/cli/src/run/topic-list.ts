import type { MetadataResponseTopic as Topic } from '@sluice/protocol/generated/messages/metadata-response';
import type { TopicListOptions } from '../commands/topic.ts';
import { printJson, printText } from '../output/print.ts';
import { styleFor } from '../output/style.ts';
import { type Column, formatTable } from '../output/table.ts';
import type { Shell } from '../shell.ts';
import { withCluster } from './with-cluster.ts';

const COLUMNS: readonly Column<Topic>[] = [
  { title: 'TOPIC', value: ({ name }) => name ?? '' },
  { title: 'PARTITIONS', value: ({ partitions }) => partitions.length, align: 'right' },
  { title: 'REPLICATION', value: replicationFactor, align: 'right' },
];

/** `sluice topic list` */
export async function listTopics(shell: Shell, options: TopicListOptions): Promise<void> {
  const metadata = await withCluster(shell, options, (cluster) => cluster.metadata('all'));
  const topics = metadata.topics
    .filter((topic) => options.internal || !isKeptForItself(topic))
    .sort((a, b) => ((a.name ?? '') < (b.name ?? '') ? -1 : 1));
  if (options.json) {
    return await printJson(
      shell,
      topics.map((topic) => ({
        name: topic.name,
        id: topic.topicId,
        partitions: topic.partitions.length,
        replicationFactor: replicationFactor(topic),
        internal: topic.isInternal,
      })),
    );
  }
  if (topics.length === 0)
    return await shell.stderr.write('there are no topics; make one with `sluice topic create`\n');
  await printText(shell, formatTable(topics, COLUMNS, styleFor(shell.stdout), shell.stdout.columns));
}

/** Kafka's own, and those that services in front of a cluster keep there (`__kinesis_registry`). */
function isKeptForItself({ isInternal, name }: Topic): boolean {
  return isInternal || name?.startsWith('__') === true;
}

function replicationFactor({ partitions }: Topic): number {
  return Math.max(0, ...partitions.map(({ replicaNodes }) => replicaNodes.length));
}
