import type { Uuid } from '@sluice/kernel/ids';
import fc from 'fast-check';
import type { Assignment, AssignorInput, AssignorMember } from '../group/assignors/assignor.ts';

/** Subscribed to nothing. */
export const MEMBER: AssignorMember = {
  instanceId: null,
  rackId: null,
  subscribedTopicIds: new Set(),
  assignment: new Map(),
};

/** Topics and members by their places; each partition's owner before is one of the members or nobody. */
export interface AnyGroup {
  readonly partitions: readonly number[];
  readonly subscriptions: readonly (readonly number[])[];
  readonly owners: readonly (readonly number[])[];
}

function groups(kind: 'same' | 'any'): fc.Arbitrary<AnyGroup> {
  return fc
    .record({
      partitions: fc.array(fc.nat(9), { minLength: 1, maxLength: 5 }),
      memberCount: fc.integer({ min: 1, max: 8 }),
    })
    .chain(({ partitions, memberCount }) => {
      const all = partitions.map((_, i) => i);
      const some = kind === 'same' ? fc.constant(all) : fc.subarray(all);
      const owner = fc.integer({ min: -1, max: memberCount - 1 });
      return fc.record({
        partitions: fc.constant(partitions),
        subscriptions: fc.array(some, { minLength: memberCount, maxLength: memberCount }),
        owners: fc.tuple(...partitions.map((count) => fc.array(owner, { minLength: 0, maxLength: count }))),
      });
    });
}
export const homogeneousGroup = groups('same');
export const anyGroup = fc.oneof(groups('any'), homogeneousGroup);

export function inputOf({ partitions, subscriptions, owners }: AnyGroup): AssignorInput {
  const members = subscriptions.map((topics, index): [string, AssignorMember] => {
    const assignment = new Map<Uuid, number[]>();
    for (const [topic, ownersOfTopic] of owners.entries()) {
      const mine = ownersOfTopic.flatMap((owner, partition) => (owner === index ? [partition] : []));
      if (mine.length > 0) assignment.set(idOf(topic), mine);
    }
    return [`m${index}`, { ...MEMBER, subscribedTopicIds: new Set(topics.map(idOf)), assignment }];
  });
  return { members: new Map(members), partitionCount: (id) => partitions[indexOf(id)] };
}

function idOf(topic: number): Uuid {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt8(topic, 15);
  return bytes.toString('base64url');
}

function indexOf(topicId: Uuid): number {
  return Buffer.from(topicId, 'base64url').readUInt8(15);
}

export function withTarget(input: AssignorInput, target: ReadonlyMap<string, Assignment>): AssignorInput {
  const members = [...input.members].map(([id, member]): [string, AssignorMember] => {
    return [id, { ...member, assignment: target.get(id) ?? new Map() }];
  });
  return { ...input, members: new Map(members) };
}

export function sizeOf(assignment: Assignment): number {
  let size = 0;
  for (const partitions of assignment.values()) size += partitions.length;
  return size;
}
