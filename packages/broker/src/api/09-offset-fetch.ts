/*
 * OffsetFetch (9), versions 1–10.
 *
 * - No topics (null, from v2 on) asks for all that the group has. A partition without an offset is −1, no error.
 * - A group or a partition that is asked for again and again is answered a few times (REPEATS_MAX).
 * - v2: an error of its own. v5: leader epochs (KIP-320). v6: flexible. v7: requireStable (KIP-447). v8: several groups
 *   (KIP-709). v9: member epochs (KIP-848). v10: topic ids; unknown ones are UNKNOWN_TOPIC_ID.
 */
import type { GroupCoordinator } from '@sluice/coordinator/group/group-coordinator';
import type { RequestContext } from '@sluice/coordinator/group/group-environment';
import { inSlices } from '@sluice/coordinator/group/in-slices';
import type { Clock } from '@sluice/kernel/clock';
import { ZERO_UUID } from '@sluice/kernel/ids';
import type { ClusterImage } from '@sluice/metadata/image/cluster-image';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import {
  type OffsetFetchRequest,
  type OffsetFetchRequestGroup,
  offsetFetchRequestCodec,
} from '@sluice/protocol/generated/messages/offset-fetch-request';
import {
  type OffsetFetchResponseGroupInput,
  type OffsetFetchResponseTopicsInput,
  offsetFetchResponseCodec,
} from '@sluice/protocol/generated/messages/offset-fetch-response';
import { defineApi } from '../define-api.ts';
import { withFewRepeatedPartitions, withFewRepeats } from '../groups/few-repeats.ts';
import { requestContext } from '../groups/request-context.ts';

const SEVERAL_GROUPS_FROM = 8;
const TOPIC_IDS_FROM = 10;

export interface OffsetFetchServices {
  readonly groups: GroupCoordinator;
  readonly image: ClusterImage;
  readonly clock: Clock;
}

export function offsetFetchApi({ groups, image, clock }: OffsetFetchServices) {
  async function fetchOf(
    group: OffsetFetchRequestGroup,
    requireStable: boolean,
    context: RequestContext,
  ): Promise<OffsetFetchResponseGroupInput> {
    if (context.apiVersion < TOPIC_IDS_FROM) return groups.fetchOffsets(group, requireStable, context);
    if (group.topics === null) return withTopicIds(await groups.fetchOffsets(group, requireStable, context));
    const unknown: OffsetFetchResponseTopicsInput[] = [];
    const topics = group.topics.flatMap((topic) => {
      const name = image.topicsById.get(topic.topicId)?.name;
      if (name !== undefined) return [{ ...topic, name }];
      unknown.push({ topicId: topic.topicId, partitions: topic.partitionIndexes.map(ofUnknownTopic) });
      return [];
    });
    const response = await groups.fetchOffsets({ ...group, topics }, requireStable, context);
    if ((response.errorCode ?? ErrorCode.NONE) !== ErrorCode.NONE || unknown.length === 0) return response;
    return { ...response, topics: [...response.topics, ...unknown] };
  }

  /** Offsets of topics that are no more have no id to be told by. */
  function withTopicIds(response: OffsetFetchResponseGroupInput): OffsetFetchResponseGroupInput {
    const topics = response.topics.flatMap((topic) => {
      const topicId = topic.topicId ?? ZERO_UUID;
      const known = topicId === ZERO_UUID ? image.topicsByName.get(topic.name ?? '')?.id : topicId;
      return known === undefined ? [] : [{ ...topic, topicId: known }];
    });
    return { ...response, topics };
  }

  return defineApi({
    request: offsetFetchRequestCodec,
    response: offsetFetchResponseCodec,
    async handle(request, info) {
      const context = requestContext(info);
      if (info.apiVersion >= SEVERAL_GROUPS_FROM) {
        const asked = withFewRepeats(request.groups, ({ groupId }) => groupId).map(withFewRepeatedPartitions);
        return { groups: await inSlices(asked, clock, (group) => fetchOf(group, request.requireStable, context)) };
      }
      const group = withFewRepeatedPartitions(onlyGroup(request));
      const { errorCode = ErrorCode.NONE, topics } = await fetchOf(group, request.requireStable, context);
      return { errorCode, topics: topics.map((topic) => ({ name: topic.name ?? '', partitions: topic.partitions })) };
    },
  });
}

function onlyGroup({ groupId, topics }: OffsetFetchRequest): OffsetFetchRequestGroup {
  const asked = topics?.map((topic) => ({ ...topic, topicId: ZERO_UUID })) ?? null;
  return { groupId, memberId: null, memberEpoch: -1, topics: asked };
}

function ofUnknownTopic(partitionIndex: number) {
  return {
    partitionIndex,
    committedOffset: -1,
    committedLeaderEpoch: -1,
    metadata: '',
    errorCode: ErrorCode.UNKNOWN_TOPIC_ID,
  };
}
