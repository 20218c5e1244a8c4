import { LOST_DIRECTORY, ZERO_UUID } from '@sluice/kernel/ids';
import type { LogDirectories } from '@sluice/log/log-directories';
import { type LogHost, ReplicaAway } from './partition-table.ts';

/** The logs of this broker's data directories, for the partition table. */
export function createLogHost(directories: LogDirectories): LogHost {
  /** Why a log that is nowhere to be found must not be made: it may be somewhere that is not here. */
  function absence(assigned: string): string | undefined {
    const away = directories.places.filter(({ failure }) => failure !== undefined);
    if (away.length > 0) return `it may be in ${away.map(({ path }) => path).join(' or ')}, which is offline`;
    if (assigned === ZERO_UUID) return undefined;
    const isHere = directories.places.some(({ directory }) => directory?.directoryId === assigned);
    if (isHere) return undefined;
    const whose = assigned === LOST_DIRECTORY ? 'that had failed' : `with the id ${assigned}`;
    return `it was in a data directory ${whose}, which is not among the directories now`;
  }

  return {
    async openLog(topic, topicId, partition, config, { assigned, isNew }) {
      const problem = directories.unopened(topic, partition);
      if (problem !== undefined) throw new Error(problem);
      const found = directories.get(topic, partition);
      if (found !== undefined && (found.topicId === undefined || found.topicId === topicId)) {
        found.log.reconfigure(config);
        return found.log;
      }
      // The directory and the metadata contradict each other; what may be somebody's only copy is never deleted for that.
      if (found !== undefined)
        throw new Error(`the log on disk is of topic id ${found.topicId}, the topic has ${topicId}`);
      const reason = isNew ? undefined : absence(assigned);
      if (reason !== undefined) throw new ReplicaAway(reason);
      return directories.create(topic, partition, topicId, config);
    },
    async removeLog(topic, topicId, partition) {
      const found = directories.get(topic, partition);
      if (found !== undefined && found.topicId !== topicId) return;
      await directories.remove(topic, partition);
    },
    directoryOf(topic, partition) {
      const directory = directories.directoryOf(topic, partition);
      if (directory !== undefined) return directory.failure === undefined ? directory.directoryId : LOST_DIRECTORY;
      // Where nothing is offline it is one log's trouble and not a directory's.
      const isAnyAway = directories.places.some(({ failure }) => failure !== undefined);
      return isAnyAway && directories.unopened(topic, partition) === undefined ? LOST_DIRECTORY : undefined;
    },
  };
}
