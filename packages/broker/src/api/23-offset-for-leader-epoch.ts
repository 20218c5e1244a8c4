/*
 * OffsetForLeaderEpoch (23), versions 2–4.
 *
 * - Where the largest epoch not above the asked one ends in our log, so that a client can see whether its log and ours
 *   went apart (KIP-101, KIP-320).
 * - v3: replica id. v4: flexible.
 */
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { offsetForLeaderEpochRequestCodec } from '@sluice/protocol/generated/messages/offset-for-leader-epoch-request';
import { offsetForLeaderEpochResponseCodec } from '@sluice/protocol/generated/messages/offset-for-leader-epoch-response';
import { defineApi } from '../define-api.ts';
import { checkReadable, isHosted, type Partitions } from '../partitions/hosted-partition.ts';

export function offsetForLeaderEpochApi({ partitions }: { partitions: Partitions }) {
  function answer(topic: string, partition: number, currentLeaderEpoch: number, leaderEpoch: number) {
    const lookup = checkReadable(partitions.byName(topic, partition), currentLeaderEpoch);
    if (!isHosted(lookup)) return { partition, errorCode: lookup.errorCode, leaderEpoch: -1, endOffset: -1 };
    // The leader's own epoch ends at the end of the log, also while nothing was written in it.
    const isCurrent = leaderEpoch === lookup.leaderEpoch;
    const end = isCurrent
      ? { leaderEpoch, endOffset: lookup.log.logEndOffset }
      : lookup.log.endOffsetForEpoch(leaderEpoch);
    return { partition, errorCode: ErrorCode.NONE, ...end };
  }

  return defineApi({
    request: offsetForLeaderEpochRequestCodec,
    response: offsetForLeaderEpochResponseCodec,
    handle({ topics }) {
      return {
        topics: topics.map(({ topic, partitions: asked }) => ({
          topic,
          partitions: asked.map((query) => answer(topic, query.partition, query.currentLeaderEpoch, query.leaderEpoch)),
        })),
      };
    },
  });
}
