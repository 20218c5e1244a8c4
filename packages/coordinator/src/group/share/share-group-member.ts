import type { Assignment } from '../assignors/assignor.ts';
import { EMPTY_ASSIGNMENT } from '../assignors/assignor.ts';
import { isSameSet } from '../consumer/consumer-group-member.ts';

/** A member of a share group; every change makes a new one. It has its target as soon as it hears of it: nothing is revoked. */
export interface ShareGroupMember {
  readonly memberId: string;
  readonly rackId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly subscribedTopics: ReadonlySet<string>;
  readonly memberEpoch: number;
  readonly previousMemberEpoch: number;
  readonly assigned: Assignment;
}

const NO_TOPICS: ReadonlySet<string> = new Set();

export function newShareGroupMember(memberId: string): ShareGroupMember {
  return {
    memberId,
    rackId: null,
    clientId: '',
    clientHost: '',
    subscribedTopics: NO_TOPICS,
    memberEpoch: 0,
    previousMemberEpoch: -1,
    assigned: EMPTY_ASSIGNMENT,
  };
}

/** What a request says of a member; null leaves it as it was. */
export interface ShareMemberUpdate {
  readonly rackId: string | null;
  readonly subscribedTopics: readonly string[] | null;
  readonly clientId: string;
  readonly clientHost: string;
}

/** The same object if nothing changes, which is so for nearly every heartbeat. */
export function updateShareMember(member: ShareGroupMember, update: ShareMemberUpdate): ShareGroupMember {
  const rackId = update.rackId ?? member.rackId;
  const subscribedTopics = mergedTopics(member.subscribedTopics, update.subscribedTopics);
  const { clientId, clientHost } = update;
  const isSame =
    rackId === member.rackId &&
    subscribedTopics === member.subscribedTopics &&
    clientId === member.clientId &&
    clientHost === member.clientHost;
  return isSame ? member : { ...member, rackId, subscribedTopics, clientId, clientHost };
}

function mergedTopics(current: ReadonlySet<string>, update: readonly string[] | null): ReadonlySet<string> {
  if (update === null) return current;
  const topics = new Set([...update].sort());
  return isSameSet(topics, current) ? current : topics;
}

export function isSameAssignment(one: Assignment, other: Assignment): boolean {
  if (one === other) return true;
  if (one.size !== other.size) return false;
  for (const [topicId, partitions] of one) {
    const others = other.get(topicId);
    if (others === undefined || others.length !== partitions.length) return false;
    if (!partitions.every((partition, index) => others[index] === partition)) return false;
  }
  return true;
}
