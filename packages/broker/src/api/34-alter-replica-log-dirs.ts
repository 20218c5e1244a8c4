/*
 * AlterReplicaLogDirs (34), versions 1–2.
 *
 * - Moves partitions to another log directory of this broker, which is named as `log.dirs` names it; answered once the
 *   move survives a restart. Naming the directory where it is gives up a move under way.
 * - A partition that does not exist is refused, and made there once it does.
 * - v2: flexible.
 */
import type { LogDirectories, MoveResult } from '@sluice/log/log-directories';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import {
  type AlterReplicaLogDirsRequest,
  alterReplicaLogDirsRequestCodec,
} from '@sluice/protocol/generated/messages/alter-replica-log-dirs-request';
import { alterReplicaLogDirsResponseCodec } from '@sluice/protocol/generated/messages/alter-replica-log-dirs-response';
import { defineApi } from '../define-api.ts';
import { isHosted, type Partitions } from '../partitions/hosted-partition.ts';

export interface AlterReplicaLogDirsServices {
  readonly partitions: Partitions;
  readonly directories: Pick<LogDirectories, 'move'>;
}

const ERROR_CODES: Readonly<Record<MoveResult, number>> = {
  moving: ErrorCode.NONE,
  'name-too-long': ErrorCode.INVALID_TOPIC_EXCEPTION,
  'unknown-directory': ErrorCode.LOG_DIR_NOT_FOUND,
  offline: ErrorCode.KAFKA_STORAGE_ERROR,
  cordoned: ErrorCode.INVALID_REPLICA_ASSIGNMENT,
  'no-log': ErrorCode.REPLICA_NOT_AVAILABLE,
};

export function alterReplicaLogDirsApi({ partitions, directories }: AlterReplicaLogDirsServices) {
  async function answer(topic: string, partitionIndex: number, path: string) {
    const result = await directories.move(topic, partitionIndex, path);
    if (result !== 'no-log') return { partitionIndex, errorCode: ERROR_CODES[result] };
    const lookup = partitions.byName(topic, partitionIndex);
    const { errorCode } = isHosted(lookup) ? { errorCode: ERROR_CODES[result] } : lookup;
    // As before KIP-112: it exists, but not here.
    const isElsewhere = errorCode === ErrorCode.NOT_LEADER_OR_FOLLOWER;
    return { partitionIndex, errorCode: isElsewhere ? ERROR_CODES[result] : errorCode };
  }

  return defineApi({
    request: alterReplicaLogDirsRequestCodec,
    response: alterReplicaLogDirsResponseCodec,
    async handle({ dirs }) {
      const results = [...wanted(dirs)].map(async ([topicName, paths]) => ({
        topicName,
        partitions: await Promise.all([...paths].map(([partition, path]) => answer(topicName, partition, path))),
      }));
      return { throttleTimeMs: 0, results: await Promise.all(results) };
    },
  });
}

/** By topic and partition; the last path that is named for one counts. */
function wanted(dirs: AlterReplicaLogDirsRequest['dirs']): Map<string, Map<number, string>> {
  const byTopic = new Map<string, Map<number, string>>();
  for (const { path, topics } of dirs) {
    for (const { name, partitions } of topics) {
      if (partitions.length === 0) continue;
      const paths = byTopic.get(name) ?? new Map<number, string>();
      for (const partition of partitions) paths.set(partition, path);
      byTopic.set(name, paths);
    }
  }
  return byTopic;
}
