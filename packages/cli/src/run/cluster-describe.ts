import type { Broker } from '@sluice/client/broker';
import { formatBrokerAddress } from '@sluice/client/broker-address';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { describeQuorumRequestCodec } from '@sluice/protocol/generated/messages/describe-quorum-request';
import { describeQuorumResponseCodec } from '@sluice/protocol/generated/messages/describe-quorum-response';
import type { ClientOptions } from '../commands/client-options.ts';
import { printJson, printText } from '../output/print.ts';
import { styleFor } from '../output/style.ts';
import { type Column, formatPairs, formatTable } from '../output/table.ts';
import type { Shell } from '../shell.ts';
import { withCluster } from './with-cluster.ts';

const DESCRIBE_QUORUM = { request: describeQuorumRequestCodec, response: describeQuorumResponseCodec };
const METADATA_TOPIC = '__cluster_metadata';

interface DescribedBroker {
  readonly id: number;
  readonly address: string;
  readonly rack: string | null;
  readonly controller: boolean;
}

interface Feature {
  readonly name: string;
  /** The level in use; null when the feature is not in use. */
  readonly level: number | null;
  readonly supportedMin: number;
  readonly supportedMax: number;
}

const BROKER_COLUMNS: readonly Column<DescribedBroker>[] = [
  { title: 'BROKER', value: ({ id }) => id, align: 'right' },
  { title: 'ADDRESS', value: ({ address }) => address },
  { title: 'RACK', value: ({ rack }) => rack ?? '-' },
  { title: 'ROLE', value: ({ controller }) => (controller ? 'controller' : '') },
];

const FEATURE_COLUMNS: readonly Column<Feature>[] = [
  { title: 'FEATURE', value: ({ name }) => name },
  { title: 'LEVEL', value: ({ level }) => level ?? 'off', align: 'right' },
  { title: 'SUPPORTED', value: ({ supportedMin, supportedMax }) => `${supportedMin}–${supportedMax}`, align: 'right' },
];

/** `sluice cluster describe` */
export async function describeCluster(shell: Shell, options: ClientOptions): Promise<void> {
  const { metadata, controllerId, features } = await withCluster(shell, options, async (cluster) => {
    const broker = await cluster.any();
    const metadata = await cluster.metadata([]);
    const leader = await quorumLeader(broker);
    return { metadata, controllerId: leader ?? metadata.controllerId, features: featuresOf(broker) };
  });
  const brokers = metadata.brokers
    .map(({ nodeId, host, port, rack }) => ({
      id: nodeId,
      address: formatBrokerAddress({ host, port }),
      rack,
      controller: nodeId === controllerId,
    }))
    .sort((a, b) => a.id - b.id);
  if (options.json) return await printJson(shell, { clusterId: metadata.clusterId, controllerId, brokers, features });
  const style = styleFor(shell.stdout);
  const { columns } = shell.stdout;
  const head: [string, string | number][] = [
    ['Cluster', metadata.clusterId ?? 'without an id'],
    ['Controller', controllerId],
  ];
  const parts = [formatPairs(head, style), formatTable(brokers, BROKER_COLUMNS, style, columns)];
  if (features.length > 0) parts.push(formatTable(features, FEATURE_COLUMNS, style, columns));
  await printText(shell, parts.join('\n'));
}

/** Brokers name any of themselves as controller since KRaft; who leads the quorum is the one that decides. */
async function quorumLeader(broker: Broker): Promise<number | undefined> {
  if (broker.versionOf(DESCRIBE_QUORUM) === undefined) return undefined;
  const response = await broker.request(DESCRIBE_QUORUM, () => ({
    topics: [{ topicName: METADATA_TOPIC, partitions: [{ partitionIndex: 0 }] }],
  }));
  const partition = response.topics[0]?.partitions[0];
  // It needs a permission that the rest does not; without it the metadata's answer must do.
  if (response.errorCode !== ErrorCode.NONE || partition?.errorCode !== ErrorCode.NONE) return undefined;
  return partition.leaderId >= 0 ? partition.leaderId : undefined;
}

function featuresOf({ apiVersions }: Broker): Feature[] {
  const levels = new Map(apiVersions.finalizedFeatures.map(({ name, maxVersionLevel }) => [name, maxVersionLevel]));
  return apiVersions.supportedFeatures
    .map(({ name, minVersion, maxVersion }) => ({
      name,
      level: levels.get(name) ?? null,
      supportedMin: minVersion,
      supportedMax: maxVersion,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
