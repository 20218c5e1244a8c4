/*
 * DescribeLogDirs (35), versions 1–5.
 *
 * - Each log directory with the size of each partition in it; null asks for all, a list for those named. A partition that
 *   moves is in two of them, in the new one as a future log that lags behind.
 * - A directory that has failed is there with its error, and without its partitions.
 * - v2: flexible. v3: top-level error (KIP-784). v4: total and usable bytes (KIP-827). v5: cordoned (KIP-1066).
 */
import type { LogDirectory } from '@sluice/log/log-directory';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import {
  type DescribeLogDirsRequest,
  describeLogDirsRequestCodec,
} from '@sluice/protocol/generated/messages/describe-log-dirs-request';
import { describeLogDirsResponseCodec } from '@sluice/protocol/generated/messages/describe-log-dirs-response';
import { defineApi } from '../define-api.ts';

export interface DescribeLogDirsServices {
  readonly directories: { readonly places: readonly DescribedPlace[] };
  /** `cordoned.log.dirs` */
  isCordoned(path: string): boolean;
}

interface DescribedPlace {
  readonly path: string;
  readonly directory: Pick<LogDirectory, 'logs' | 'incoming' | 'space'> | undefined;
  readonly failure: string | undefined;
}

const UNKNOWN_SIZE = -1;

interface DescribedPartition {
  readonly partitionIndex: number;
  readonly partitionSize: number;
  readonly offsetLag: number;
  readonly isFutureKey: boolean;
}

export function describeLogDirsApi({ directories, isCordoned }: DescribeLogDirsServices) {
  async function describePlace({ path, directory, failure }: DescribedPlace, asked: DescribeLogDirsRequest['topics']) {
    const offline = {
      errorCode: ErrorCode.KAFKA_STORAGE_ERROR,
      logDir: path,
      topics: [],
      totalBytes: UNKNOWN_SIZE,
      usableBytes: UNKNOWN_SIZE,
      isCordoned: false,
    };
    if (directory === undefined || failure !== undefined) return offline;
    try {
      const { totalBytes, freeBytes } = await directory.space();
      const topics = describeTopics(directory, asked);
      return {
        ...offline,
        errorCode: ErrorCode.NONE,
        topics,
        totalBytes,
        usableBytes: freeBytes,
        isCordoned: isCordoned(path),
      };
    } catch {
      return offline;
    }
  }

  return defineApi({
    request: describeLogDirsRequestCodec,
    response: describeLogDirsResponseCodec,
    async handle({ topics }) {
      const results = await Promise.all(directories.places.map((place) => describePlace(place, topics)));
      return { throttleTimeMs: 0, errorCode: ErrorCode.NONE, results };
    },
  });
}

function describeTopics(directory: Pick<LogDirectory, 'logs' | 'incoming'>, topics: DescribeLogDirsRequest['topics']) {
  const asked =
    topics === null
      ? undefined
      : new Set(topics.flatMap(({ topic, partitions }) => partitions.map((partition) => `${topic}/${partition}`)));
  const byTopic = new Map<string, DescribedPartition[]>();
  const add = (topic: string, described: DescribedPartition) => {
    if (asked !== undefined && !asked.has(`${topic}/${described.partitionIndex}`)) return;
    const ofTopic = byTopic.get(topic);
    if (ofTopic === undefined) byTopic.set(topic, [described]);
    else ofTopic.push(described);
  };
  for (const { topic, partition, log } of directory.logs()) {
    add(topic, { partitionIndex: partition, partitionSize: log.sizeBytes, offsetLag: 0, isFutureKey: false });
  }
  for (const { topic, partition, hosted, copy } of directory.incoming.all()) {
    const endOffset = copy?.endOffset ?? 0;
    add(topic, {
      partitionIndex: partition,
      partitionSize: copy?.sizeBytes ?? 0,
      offsetLag: hosted === undefined ? -1 : Math.max(0, hosted.log.logEndOffset - endOffset),
      isFutureKey: true,
    });
  }
  return [...byTopic].map(([name, partitions]) => ({ name, partitions }));
}
