import type { NodeId } from '@sluice/kernel/ids';
import type { LogDirectories } from '@sluice/log/log-directories';
import { brokerList, brokerValues } from '@sluice/metadata/config/broker-values';
import type { StaticConfig } from '@sluice/metadata/config/static-config';
import type { ClusterImage } from '@sluice/metadata/image/cluster-image';
import { perRevision } from '../per-revision.ts';
import type { ReplicaReports } from './replica-reports.ts';

/** Kafka has it only as a dynamic configuration: of a broker, or of all. */
const MOVE_RATE = 'replica.alter.log.dirs.io.max.bytes.per.second';
/** In `cordoned.log.dirs`: all of them. */
const EVERY_DIRECTORY = '*';

/** Tells the cluster what becomes of this broker's directories, and the directories what the cluster wants. */
export function followDirectories(options: {
  readonly directories: LogDirectories;
  readonly replicas: ReplicaReports;
  isCordoned(path: string): boolean;
  bytesPerSecondMax(): number;
  /** The last directory has failed. */
  onNoneLeft(reason: string): void;
}): void {
  const { directories, replicas } = options;
  const { places } = directories;
  const isNoneLeft = () => directories.places.every(({ failure }) => failure !== undefined);
  // They may have failed since they were opened.
  if (isNoneLeft()) options.onNoneLeft(`no data directory is left; ${places[0]?.path} failed: ${places[0]?.failure}`);
  directories.listen({
    onOffline(path, reason) {
      if (isNoneLeft()) {
        options.onNoneLeft(`no data directory is left; the last one, ${path}, failed: ${reason}`);
        return;
      }
      const failed = directories.places.find((place) => place.path === path)?.directory;
      for (const { topicId, partition } of failed?.logs() ?? []) {
        if (topicId !== undefined) replicas.note(topicId, partition, undefined);
      }
    },
    onMoved({ topicId, partition }, directory) {
      if (topicId !== undefined) replicas.note(topicId, partition, directory.directoryId);
    },
    moveBytesPerSecondMax: options.bytesPerSecondMax,
    isCordoned: options.isCordoned,
  });
}

/** `cordoned.log.dirs`, as it is now. */
export function createCordon(image: ClusterImage, staticConfig: StaticConfig): (path: string) => boolean {
  const cordoned = perRevision(
    image,
    () => new Set(brokerList(brokerValues(image, staticConfig), 'cordoned.log.dirs') ?? []),
  );
  return (path) => cordoned().has(path) || cordoned().has(EVERY_DIRECTORY);
}

export function moveBytesPerSecondMax(image: ClusterImage, nodeId: NodeId): number {
  const value = image.config('broker', String(nodeId)).get(MOVE_RATE) ?? image.config('broker', '').get(MOVE_RATE);
  return value === undefined ? Number.POSITIVE_INFINITY : Number(value);
}
