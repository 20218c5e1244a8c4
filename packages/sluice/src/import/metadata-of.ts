import type { KafkaMetadata } from '@sluice/metadata/kafka/kafka-metadata';
import { refuse } from './import-refused.ts';
import type { Sources } from './read-sources.ts';

const WITHOUT = '--without-metadata takes topics from the directories alone, without their settings';

/** The cluster's metadata; `undefined` if it is to be done without. Fails with `ImportRefused` where it is needed. */
export function metadataOf(sources: Sources, withoutMetadata: boolean): KafkaMetadata | undefined {
  if (withoutMetadata) return undefined;
  const { metadataLog, directories, isZooKeepers } = sources;
  const paths = directories.map(({ path }) => path).join(', ');
  if (metadataLog === undefined && isZooKeepers) {
    refuse(`${paths} is of a cluster that had its metadata in ZooKeeper`, `migrate it to KRaft first, or: ${WITHOUT}`);
  }
  if (metadataLog === undefined) {
    refuse(
      `there is no __cluster_metadata-0 in ${paths}`,
      `name the directory that has it too (metadata.log.dir), or: ${WITHOUT}`,
    );
  }
  if (metadataLog.kind === 'unreadable') {
    refuse(`the cluster's metadata cannot be read: ${metadataLog.reason}`, `restore it from a copy, or: ${WITHOUT}`);
  }
  const { metadata } = metadataLog;
  if (metadata.unknownNeeded.length > 0) {
    const level = metadata.features.get('metadata.version');
    refuse(
      `the cluster's metadata has records of a newer Kafka (${metadata.unknownNeeded.join(', ')}; metadata.version ${level ?? 'unknown'})`,
      `use a newer Sluice, or: ${WITHOUT}`,
    );
  }
  return metadata;
}
