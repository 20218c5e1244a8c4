/*
 * DeleteTopics: by name or by id, each refused on its own. A topic goes with its partitions and its configuration.
 */
import { type Uuid, ZERO_UUID } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { ClusterImage, TopicImage } from '../image/cluster-image.ts';
import { configKey, partitionsPrefix, topicKey } from '../image/keys.ts';
import { apiError } from './api-error.ts';
import type { ApiError, Decided, DecisionContext, Write } from './decision.ts';
import { duplicates } from './duplicates.ts';
import type { DeleteTopicsReply, DeleteTopicsRequest } from './requests.ts';

type TopicReply = DeleteTopicsReply['responses'][number];

export function deleteTopics({ image }: DecisionContext, request: DeleteTopicsRequest): Decided<DeleteTopicsReply> {
  const responses: TopicReply[] = [];
  const refuse = (name: string | null, topicId: Uuid, error: ApiError) => responses.push({ name, topicId, ...error });
  const names: string[] = [];
  const ids: Uuid[] = [];
  for (const { name, topicId } of request.topics) {
    if (name === null && topicId === ZERO_UUID) refuse(name, topicId, invalid('Neither a name nor an id was given.'));
    else if (name === null) ids.push(topicId);
    else if (topicId === ZERO_UUID) names.push(name);
    else refuse(name, topicId, invalid('Both a name and an id were given.'));
  }
  const repeatedNames = duplicates(names);
  const repeatedIds = duplicates(ids);
  for (const name of repeatedNames) refuse(name, ZERO_UUID, invalid('Duplicate topic name.'));
  for (const id of repeatedIds) refuse(null, id, invalid('Duplicate topic id.'));

  const found = new Map<Uuid, TopicImage>();
  for (const id of ids) {
    if (repeatedIds.has(id)) continue;
    const topic = image.topicsById.get(id);
    if (topic === undefined) refuse(null, id, apiError(ErrorCode.UNKNOWN_TOPIC_ID, 'There is no topic of this id.'));
    else found.set(id, topic);
  }
  for (const name of names) {
    if (!repeatedNames.has(name)) findByName(image, name, found, repeatedIds, refuse);
  }
  for (const { name, id } of found.values()) responses.push({ name, topicId: id, ...apiError(ErrorCode.NONE) });
  return { writes: Array.from(found.values(), deletion), reply: { responses } };
}

/** A topic that is given by name and by id is deleted by neither. */
function findByName(
  image: ClusterImage,
  name: string,
  found: Map<Uuid, TopicImage>,
  repeatedIds: Set<Uuid>,
  refuse: (name: string, topicId: Uuid, error: ApiError) => void,
): void {
  const topic = image.topicsByName.get(name);
  if (topic === undefined) {
    refuse(name, ZERO_UUID, apiError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, 'There is no topic of this name.'));
  } else if (repeatedIds.has(topic.id) || found.delete(topic.id)) {
    repeatedIds.add(topic.id);
    refuse(name, topic.id, invalid('The topic of this name is also given by its id.'));
  } else {
    found.set(topic.id, topic);
  }
}

function invalid(message: string): ApiError {
  return apiError(ErrorCode.INVALID_REQUEST, message);
}

function deletion({ name, id }: TopicImage): Write {
  return {
    stage: [],
    commit: [
      { kind: 'delete', key: topicKey(id) },
      { kind: 'delete-prefix', prefix: partitionsPrefix(id) },
      { kind: 'delete', key: configKey('topic', name) },
    ],
  };
}
