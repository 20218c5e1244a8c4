import type { GroupRecord } from '@sluice/coordinator/group/group-record';
import { keyOf, keysOf, type PartitionKey } from './partition-key.ts';

/** What the records say of one member, by themselves: the coordinator's own state is what is under test. */
export interface MemberView {
  instanceId: string | null;
  topics: readonly string[];
  regex: string | null;
  serverAssignor: string | null;
  isClassic: boolean;
  epoch: number;
  previousEpoch: number;
  /** 0 is stable. */
  state: number;
  /** With the epoch at which it was assigned, what it still has to give up too. */
  held: ReadonlyMap<PartitionKey, number>;
  assigned: ReadonlySet<PartitionKey>;
}

/** A group of KIP-848 as its records tell it. */
export interface GroupView {
  groupEpoch: number;
  assignmentEpoch: number;
  readonly members: Map<string, MemberView>;
  readonly targets: Map<string, ReadonlySet<PartitionKey>>;
  readonly regexes: Map<string, readonly string[]>;
}

export function createGroupView(): GroupView {
  return { groupEpoch: 0, assignmentEpoch: 0, members: new Map(), targets: new Map(), regexes: new Map() };
}

export function groupOf(record: GroupRecord): string {
  return 'groupId' in record.key ? record.key.groupId : record.key.group;
}

export function applyToView(view: GroupView, record: GroupRecord): void {
  switch (record.type) {
    case 'consumer-group-metadata':
      view.groupEpoch = record.value?.epoch ?? 0;
      return;
    case 'consumer-group-target-assignment-metadata':
      view.assignmentEpoch = record.value?.assignmentEpoch ?? 0;
      return;
    case 'consumer-group-member-metadata': {
      const { memberId } = record.key;
      if (record.value === null) return void view.members.delete(memberId);
      const { instanceId, serverAssignor, subscribedTopicNames, subscribedTopicRegex, classicMemberMetadata } =
        record.value;
      const described = {
        instanceId,
        serverAssignor,
        topics: subscribedTopicNames,
        regex: subscribedTopicRegex === '' ? null : subscribedTopicRegex,
        isClassic: classicMemberMetadata !== null,
      };
      view.members.set(memberId, { ...(view.members.get(memberId) ?? newMember()), ...described });
      return;
    }
    case 'consumer-group-current-member-assignment': {
      const member = view.members.get(record.key.memberId);
      if (member !== undefined) Object.assign(member, currentAssignment(record));
      return;
    }
    case 'consumer-group-target-assignment-member': {
      const { memberId } = record.key;
      if (record.value === null) view.targets.delete(memberId);
      else view.targets.set(memberId, new Set(keysOf(record.value.topicPartitions)));
      return;
    }
    case 'consumer-group-regular-expression': {
      const { regularExpression } = record.key;
      if (record.value === null) view.regexes.delete(regularExpression);
      else view.regexes.set(regularExpression, record.value.topics);
      return;
    }
    case 'group-metadata':
    case 'offset-commit':
      return;
  }
}

function newMember(): MemberView {
  return {
    ...{ instanceId: null, topics: [], regex: null, serverAssignor: null, isClassic: false },
    ...{ epoch: 0, previousEpoch: -1, state: 0, held: new Map(), assigned: new Set() },
  };
}

type CurrentAssignment = Pick<MemberView, 'epoch' | 'previousEpoch' | 'state' | 'held' | 'assigned'>;

function currentAssignment({
  value,
}: Extract<GroupRecord, { type: 'consumer-group-current-member-assignment' }>): CurrentAssignment {
  if (value === null) {
    const { epoch, previousEpoch, state, held, assigned } = newMember();
    return { epoch, previousEpoch, state, held, assigned };
  }
  const held = new Map<PartitionKey, number>();
  for (const { topicId, partitions, assignmentEpochs } of [
    ...value.partitionsPendingRevocation,
    ...value.assignedPartitions,
  ]) {
    for (const [index, partition] of partitions.entries()) {
      held.set(keyOf(topicId, partition), assignmentEpochs?.[index] ?? value.memberEpoch);
    }
  }
  const { memberEpoch: epoch, previousMemberEpoch: previousEpoch, state } = value;
  return { epoch, previousEpoch, state, held, assigned: new Set(keysOf(value.assignedPartitions)) };
}

/** What the member subscribes to, by name, whether it exists or not. */
export function subscribedNames(view: GroupView, { topics, regex }: MemberView): ReadonlySet<string> {
  return new Set([...topics, ...(regex === null ? [] : (view.regexes.get(regex) ?? []))]);
}
