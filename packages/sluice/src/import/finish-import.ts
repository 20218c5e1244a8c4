import { encodeCheckpoint } from '@sluice/log/checkpoint-file';
import { encodeMetaProperties, FORMAT_VERSION, META_PROPERTIES } from '@sluice/log/meta-properties';
import { METADATA_FILE, METADATA_FILES } from '../data-directory.ts';
import type { ImportPlan } from './import-kafka.ts';
import type { ImportOptions } from './import-types.ts';
import { guessNextProducerId } from './next-producer-id.ts';
import type { PartitionFiles } from './plan-files.ts';
import { writeCluster } from './write-cluster.ts';

const CLEAN_SHUTDOWN = '.kafka_cleanshutdown';
const NO_BROKER_EPOCH = -1;
/** Compacted, perhaps, and nothing of it known to be clean. */
const NOTHING_CLEANED = 0;

/** What makes a data directory out of the files that were brought; done again as a whole if it is interrupted. */
export async function finishImport(world: ImportOptions['world'], target: string, plan: ImportPlan): Promise<void> {
  const { disk, random } = world;
  const { partitions, isClean } = plan.files;
  const checkpoint = (name: string, offsetOf: (partition: PartitionFiles) => number | undefined) => {
    const lines = partitions.flatMap((partition) => {
      const offset = offsetOf(partition);
      const { topic, partition: index } = partition.source;
      return offset === undefined ? [] : [`${topic} ${index} ${offset}`];
    });
    return disk.replaceFile(`${target}/${name}`, encodeCheckpoint(lines));
  };
  await checkpoint('recovery-point-offset-checkpoint', ({ recoveryPoint }) => recoveryPoint);
  await checkpoint('log-start-offset-checkpoint', ({ source }) => source.logStartOffset || undefined);
  // Any of Kafka's logs may have gaps: its topic may have been compacted once. A recovery must not take one for damage.
  await checkpoint('cleaner-offset-checkpoint', ({ source }) => source.cleanedOffset ?? NOTHING_CLEANED);

  const directoryId = random.uuid();
  for (const name of METADATA_FILES) await disk.unlink(`${target}/${name}`);
  const store = world.openStore(`${target}/${METADATA_FILE}`);
  try {
    await writeCluster(store, {
      clusterId: plan.sources.clusterId,
      nodeId: plan.sources.nodeId,
      directoryId,
      topics: plan.topics,
      configs: plan.configs,
      nextProducerId: plan.metadata?.nextProducerId ?? (await guessNextProducerId(disk, partitions)),
    });
  } finally {
    await store.close();
  }
  const { clusterId, nodeId } = plan.sources;
  const meta = encodeMetaProperties({ clusterId, nodeId, directoryId, formatVersion: FORMAT_VERSION });
  await disk.replaceFile(`${target}/${META_PROPERTIES}`, meta);
  if (!isClean) return await disk.unlink(`${target}/${CLEAN_SHUTDOWN}`);
  await disk.replaceFile(`${target}/${CLEAN_SHUTDOWN}`, JSON.stringify({ version: 0, brokerEpoch: NO_BROKER_EPOCH }));
}
