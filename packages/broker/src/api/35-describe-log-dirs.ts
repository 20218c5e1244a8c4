/*
 * DescribeLogDirs (35), versions 1–5.
 *
 * - Each log directory with the size of each partition in it; null asks for all, a list for those named.
 * - v2: flexible. v3: top-level error (KIP-784). v4: total and usable bytes (KIP-827). v5: cordoned (KIP-1066).
 */
import { ErrorCode } from '@sluice/protocol/generated/errors';
import {
  type DescribeLogDirsRequest,
  describeLogDirsRequestCodec,
} from '@sluice/protocol/generated/messages/describe-log-dirs-request';
import { describeLogDirsResponseCodec } from '@sluice/protocol/generated/messages/describe-log-dirs-response';
import { defineApi } from '../define-api.ts';
import type { HostedPartition, Partitions } from '../partitions/hosted-partition.ts';

export interface LogDirectory {
  readonly path: string;
  space(): Promise<{ totalBytes: number; freeBytes: number }>;
}

export interface DescribeLogDirsServices {
  readonly partitions: Partitions;
  readonly directories: readonly LogDirectory[];
}

export function describeLogDirsApi({ partitions, directories }: DescribeLogDirsServices) {
  function describeTopics(topics: DescribeLogDirsRequest['topics']) {
    const asked =
      topics === null
        ? undefined
        : new Set(topics.flatMap(({ topic, partitions }) => partitions.map((partition) => `${topic}/${partition}`)));
    const byTopic = new Map<string, ReturnType<typeof describe>[]>();
    for (const hosted of partitions.all()) {
      if (asked !== undefined && !asked.has(`${hosted.topic}/${hosted.partition}`)) continue;
      const described = byTopic.get(hosted.topic) ?? [];
      described.push(describe(hosted));
      byTopic.set(hosted.topic, described);
    }
    return [...byTopic].map(([name, described]) => ({ name, partitions: described }));
  }

  return defineApi({
    request: describeLogDirsRequestCodec,
    response: describeLogDirsResponseCodec,
    async handle({ topics }) {
      const results = directories.map(async (directory) => {
        const { totalBytes, freeBytes } = await directory.space();
        return {
          errorCode: ErrorCode.NONE,
          logDir: directory.path,
          topics: describeTopics(topics),
          totalBytes,
          usableBytes: freeBytes,
          isCordoned: false,
        };
      });
      return { throttleTimeMs: 0, errorCode: ErrorCode.NONE, results: await Promise.all(results) };
    },
  });
}

function describe({ partition, log }: HostedPartition) {
  return { partitionIndex: partition, partitionSize: log.sizeBytes, offsetLag: 0, isFutureKey: false };
}
