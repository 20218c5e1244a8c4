import { type Uuid, ZERO_UUID } from '@sluice/kernel/ids';
import type { OffsetCommitKey } from '@sluice/protocol/generated/records/group/offset-commit-key';
import type { OffsetCommitValueInput } from '@sluice/protocol/generated/records/group/offset-commit-value';
import type { TopicsView } from '../group-environment.ts';
import { type CommittedOffset, TopicOffsets } from './topic-offsets.ts';

/** Offsets by group, topic and partition; as many as clients commit, each for a partition that existed. */
export interface CommittedOffsets {
  set(key: OffsetCommitKey, value: OffsetCommitValueInput): void;
  delete(key: OffsetCommitKey): void;
  get(groupId: string, topic: string, partition: number): CommittedOffset | undefined;
  has(groupId: string, topic: string, partition: number): boolean;
  /** By topic; `undefined` if the group has none. */
  ofGroup(groupId: string): ReadonlyMap<string, TopicOffsets> | undefined;
  groupIds(): Iterable<string>;
}

/** Group ids and names of topics are kept once: `sharedGroupId` is the id as the group itself has it. */
export function createCommittedOffsets(
  topics: TopicsView,
  sharedGroupId: (groupId: string) => string = (groupId) => groupId,
): CommittedOffsets {
  const offsetsByGroup = new Map<string, Map<string, TopicOffsets>>();

  function topicsOf(groupId: string): Map<string, TopicOffsets> {
    const known = offsetsByGroup.get(groupId);
    if (known !== undefined) return known;
    const byTopic = new Map<string, TopicOffsets>();
    offsetsByGroup.set(sharedGroupId(groupId), byTopic);
    return byTopic;
  }

  function addTopic(byTopic: Map<string, TopicOffsets>, topic: string, topicId: Uuid): TopicOffsets {
    const view = topics.byName(topic);
    const offsets = new TopicOffsets(view?.id === topicId ? view.id : topicId);
    byTopic.set(view?.name ?? topic, offsets);
    return offsets;
  }

  return {
    set({ group, topic, partition }, value) {
      const byTopic = topicsOf(group);
      const offsets = byTopic.get(topic) ?? addTopic(byTopic, topic, value.topicId ?? ZERO_UUID);
      offsets.set(partition, value);
    },
    delete({ group, topic, partition }) {
      const byTopic = offsetsByGroup.get(group);
      const offsets = byTopic?.get(topic);
      if (byTopic === undefined || offsets === undefined) return;
      offsets.delete(partition);
      if (offsets.size === 0) byTopic.delete(topic);
      if (byTopic.size === 0) offsetsByGroup.delete(group);
    },
    get: (groupId, topic, partition) => offsetsByGroup.get(groupId)?.get(topic)?.get(partition),
    has: (groupId, topic, partition) => offsetsByGroup.get(groupId)?.get(topic)?.has(partition) ?? false,
    ofGroup: (groupId) => offsetsByGroup.get(groupId),
    groupIds: () => offsetsByGroup.keys(),
  };
}
