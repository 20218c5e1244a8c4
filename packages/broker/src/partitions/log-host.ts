import type { Logger } from '@sluice/kernel/logger';
import type { LogDirectory } from '@sluice/log/log-directory';
import { partitionName } from '@sluice/log/partition-name';
import type { ClusterImage } from '@sluice/metadata/image/cluster-image';
import type { LogHost } from './partition-table.ts';

/** The logs of one data directory, for the partition table. */
export function createLogHost(directory: LogDirectory): LogHost {
  return {
    async openLog(topic, topicId, partition, config) {
      const problem = directory.unopened.get(partitionName(topic, partition));
      if (problem !== undefined) throw new Error(problem);
      const found = directory.get(topic, partition);
      if (found !== undefined && (found.topicId === undefined || found.topicId === topicId)) {
        found.log.reconfigure(config);
        return found.log;
      }
      // The directory and the metadata contradict each other; what may be somebody's only copy is never deleted for that.
      if (found !== undefined)
        throw new Error(`the log on disk is of topic id ${found.topicId}, the topic has ${topicId}`);
      return directory.create(topic, partition, topicId, config);
    },
    async removeLog(topic, topicId, partition) {
      const found = directory.get(topic, partition);
      if (found === undefined || found.topicId !== topicId) return;
      await directory.remove(topic, partition);
    },
  };
}

/** Removes the logs of topics that were deleted, or whose deletion was cut short, while this broker was away. */
export async function removeStrays(directory: LogDirectory, image: ClusterImage, logger: Logger): Promise<void> {
  const strays = [...directory.logs()].filter(({ topic }) => !image.topicsByName.has(topic));
  for (const { topic, partition } of strays) {
    logger.info('removing the log of a deleted topic', { topic, partition });
    await directory.remove(topic, partition);
  }
}
