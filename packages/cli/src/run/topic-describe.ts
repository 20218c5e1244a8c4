import type { Cluster } from '@sluice/client/cluster';
import { KafkaError } from '@sluice/client/kafka-error';
import { EARLIEST_TIMESTAMP, LATEST_TIMESTAMP, listOffsets } from '@sluice/client/list-offsets';
import { retry } from '@sluice/client/retry';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { MetadataResponseTopic as Topic } from '@sluice/protocol/generated/messages/metadata-response';
import type { ClientOptions } from '../commands/client-options.ts';
import { printJson, printText } from '../output/print.ts';
import { styleFor } from '../output/style.ts';
import { type Column, formatPairs, formatTable } from '../output/table.ts';
import { formatCount } from '../output/units.ts';
import type { Shell } from '../shell.ts';
import { describeConfigs, type Setting } from './describe-configs.ts';
import { refusal } from './explain-failure.ts';
import { inOrderOf } from './in-order.ts';
import { withCluster } from './with-cluster.ts';

interface DescribedPartition {
  readonly partition: number;
  /** Null while it has none. */
  readonly leader: number | null;
  readonly leaderEpoch: number;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
  readonly offline: readonly number[];
  /** Null when the leader cannot say. */
  readonly startOffset: number | null;
  readonly endOffset: number | null;
}

interface DescribedTopic {
  readonly name: string;
  readonly id: string;
  readonly internal: boolean;
  readonly replicationFactor: number;
  readonly partitions: readonly DescribedPartition[];
  /** What was set on the topic. */
  readonly settings: readonly Setting[];
}

const COLUMNS: readonly Column<DescribedPartition>[] = [
  { title: 'PARTITION', value: ({ partition }) => partition, align: 'right' },
  { title: 'LEADER', value: ({ leader }) => leader ?? 'none', align: 'right' },
  { title: 'REPLICAS', value: ({ replicas }) => replicas.join(','), wrapAfter: ',' },
  { title: 'IN SYNC', value: ({ isr }) => isr.join(','), wrapAfter: ',' },
  { title: 'START', value: ({ startOffset }) => orUnknown(startOffset), align: 'right' },
  { title: 'END', value: ({ endOffset }) => orUnknown(endOffset), align: 'right' },
];

/** `sluice topic describe` */
export async function describeTopics(shell: Shell, names: readonly string[], options: ClientOptions): Promise<void> {
  const topics = await withCluster(shell, options, async (cluster) => {
    const topics = inOrderOf(names, (await cluster.metadata(names)).topics);
    for (const { name, errorCode } of topics) {
      if (errorCode !== ErrorCode.NONE) throw refusal(`topic ${name}`, new KafkaError(errorCode, null));
    }
    const described = await describeConfigs(await cluster.any(), 'topic', names);
    const settingsOf = new Map(described.map(({ name, settings }) => [name, settings.filter(isTopicSetting)]));
    return await Promise.all(topics.map((topic) => describeTopic(cluster, topic, settingsOf.get(topic.name ?? ''))));
  });
  if (options.json) return await printJson(shell, topics.map(toJson));
  await printText(shell, topics.map((topic) => formatTopic(topic, shell)).join('\n'));
}

async function describeTopic(
  cluster: Cluster,
  topic: Topic,
  settings: readonly Setting[] = [],
): Promise<DescribedTopic> {
  const name = topic.name ?? '';
  const leaders = new Map(
    topic.partitions
      .filter(({ leaderId }) => leaderId >= 0)
      .map(({ partitionIndex, leaderId }) => [partitionIndex, leaderId] as const),
  );
  const [starts, ends] = await Promise.all(
    [EARLIEST_TIMESTAMP, LATEST_TIMESTAMP].map((timestamp) => offsetsIfKnown(cluster, name, leaders, timestamp)),
  );
  const partitions = topic.partitions.map((partition) => ({
    partition: partition.partitionIndex,
    leader: partition.leaderId >= 0 ? partition.leaderId : null,
    leaderEpoch: partition.leaderEpoch,
    replicas: partition.replicaNodes,
    isr: partition.isrNodes,
    offline: partition.offlineReplicas,
    startOffset: starts?.get(partition.partitionIndex) ?? null,
    endOffset: ends?.get(partition.partitionIndex) ?? null,
  }));
  return {
    name,
    id: topic.topicId,
    internal: topic.isInternal,
    replicationFactor: Math.max(0, ...partitions.map(({ replicas }) => replicas.length)),
    partitions: partitions.sort((a, b) => a.partition - b.partition),
    settings,
  };
}

/** How long the offsets of a topic that was just made are waited for. */
const OFFSETS_WAIT_MS = 2_000;

/** A description must not fail because a leader is moving right now: its offsets are left out then. */
async function offsetsIfKnown(
  cluster: Cluster,
  topic: string,
  leaders: ReadonlyMap<number, number>,
  timestamp: number,
): Promise<ReadonlyMap<number, number>> {
  try {
    const waitMs = Math.min(OFFSETS_WAIT_MS, cluster.timeoutMs);
    return await retry(cluster.clock, waitMs, () => listOffsets(cluster, topic, leaders, timestamp));
  } catch (error) {
    if (error instanceof KafkaError && error.isRetriable) return new Map();
    throw error;
  }
}

function isTopicSetting({ source }: Setting): boolean {
  return source === 'topic';
}

function formatTopic(topic: DescribedTopic, shell: Shell): string {
  const style = styleFor(shell.stdout);
  const pairs: [string, string | number][] = [
    ['Topic', style('cyan', topic.name)],
    ['Id', topic.id],
    ['Partitions', topic.partitions.length],
    ['Replication', topic.replicationFactor],
    ['Settings', topic.settings.map(({ name, value }) => `${name}=${value}`).join('\n') || 'all at their default'],
  ];
  return `${formatPairs(pairs, style)}\n${formatTable(topic.partitions, COLUMNS, style, shell.stdout.columns)}`;
}

function toJson(topic: DescribedTopic) {
  return { ...topic, settings: Object.fromEntries(topic.settings.map(({ name, value }) => [name, value])) };
}

function orUnknown(offset: number | null): string {
  return offset === null ? '?' : formatCount(offset);
}
