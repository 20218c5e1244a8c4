import { type TimestampMs, ZERO_UUID } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type {
  OffsetCommitRequest,
  OffsetCommitRequestTopic,
} from '@sluice/protocol/generated/messages/offset-commit-request';
import type {
  OffsetCommitResponseInput,
  OffsetCommitResponsePartitionInput,
} from '@sluice/protocol/generated/messages/offset-commit-response';
import type { Group, OffsetCommitClaim } from '../group.ts';
import type { GroupEnvironment, RequestContext } from '../group-environment.ts';
import type { GroupRecord } from '../group-record.ts';

/** From this version on both protocols' clients understand GROUP_ID_NOT_FOUND (KIP-848). */
const GROUP_ID_NOT_FOUND_VERSION_MIN = 9;
/** "As the broker is configured": retention times came with v2 to v4 only. */
const RETENTION_TIME_DEFAULT_MS = -1;
/** Strings of a record are no longer, whatever `offset.metadata.max.bytes` allows. */
const TEXT_SIZE_BYTES_MAX = 0x7fff;
const UTF8_BYTES_PER_CHAR_MAX = 3;

export interface CommitDecision {
  readonly records: readonly GroupRecord[];
  readonly response: OffsetCommitResponseInput;
}

/** Whether the one who asks may commit, as a wire error code. The group is `undefined` if it does not exist. */
export function commitError(group: Group | undefined, claim: OffsetCommitClaim): number {
  if (group !== undefined) return group.offsetCommitError(claim);
  // An admin, or a consumer that assigns itself: the offsets make the group.
  if (claim.generationOrEpoch < 0) return ErrorCode.NONE;
  return claim.apiVersion >= GROUP_ID_NOT_FOUND_VERSION_MIN
    ? ErrorCode.GROUP_ID_NOT_FOUND
    : ErrorCode.ILLEGAL_GENERATION;
}

export function claimOf(request: OffsetCommitRequest, { apiVersion }: RequestContext): OffsetCommitClaim {
  const { memberId, groupInstanceId, generationIdOrMemberEpoch: generationOrEpoch } = request;
  return { memberId, groupInstanceId, generationOrEpoch, isTransactional: false, apiVersion };
}

/**
 * A record for each partition; those with too much metadata are refused one by one. Clients that name their topics do
 * not send ids (before v10): their offsets are kept with the id that the topic has now.
 */
export function commitOffsets(
  request: OffsetCommitRequest,
  claim: OffsetCommitClaim,
  group: Group,
  { topics: view, settings }: Pick<GroupEnvironment, 'topics' | 'settings'>,
  now: TimestampMs,
): CommitDecision {
  const { metadataSizeMax } = settings.offsets;
  const expireTimestamp = expireTimestampMs(request.retentionTimeMs, now);
  const records: GroupRecord[] = [];
  const topics: { name: string; topicId: string; partitions: OffsetCommitResponsePartitionInput[] }[] = [];
  for (const { name, topicId, partitions } of request.topics) {
    const answers: OffsetCommitResponsePartitionInput[] = [];
    topics.push({ name, topicId, partitions: answers });
    const keptTopicId = topicId === ZERO_UUID ? (view.byName(name)?.id ?? ZERO_UUID) : topicId;
    for (const { partitionIndex, committedOffset, committedLeaderEpoch, committedMetadata } of partitions) {
      const metadata = committedMetadata ?? '';
      if (isTooLarge(metadata, metadataSizeMax)) {
        answers.push({ partitionIndex, errorCode: ErrorCode.OFFSET_METADATA_TOO_LARGE });
        continue;
      }
      const errorCode = group.partitionCommitError?.(claim, name, partitionIndex) ?? ErrorCode.NONE;
      if (errorCode !== ErrorCode.NONE) return { records: [], response: commitFailure(request, errorCode) };
      answers.push({ partitionIndex, errorCode: ErrorCode.NONE });
      records.push({
        type: 'offset-commit',
        key: { group: request.groupId, topic: name, partition: partitionIndex },
        value: {
          offset: committedOffset,
          leaderEpoch: committedLeaderEpoch,
          metadata,
          commitTimestamp: now,
          expireTimestamp,
          topicId: keptTopicId,
        },
      });
    }
  }
  return { records, response: { topics } };
}

/** The same error for all partitions. */
export function commitFailure(request: OffsetCommitRequest, errorCode: number): OffsetCommitResponseInput {
  const topics = request.topics.map(({ name, topicId, partitions }: OffsetCommitRequestTopic) => ({
    name,
    topicId,
    partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
  }));
  return { topics };
}

/** −1: none of its own. An absurd time to live is forever. */
function expireTimestampMs(retentionTimeMs: number, now: TimestampMs): TimestampMs {
  if (retentionTimeMs === RETENTION_TIME_DEFAULT_MS) return -1;
  return Math.max(Math.min(now + retentionTimeMs, Number.MAX_SAFE_INTEGER), Number.MIN_SAFE_INTEGER);
}

/** Characters as Java counts them, whatever the setting is called. */
function isTooLarge(metadata: string, sizeMax: number): boolean {
  if (metadata.length > sizeMax) return true;
  if (metadata.length * UTF8_BYTES_PER_CHAR_MAX <= TEXT_SIZE_BYTES_MAX) return false;
  return Buffer.byteLength(metadata) > TEXT_SIZE_BYTES_MAX;
}
