import assert from 'node:assert/strict';
import {
  decodeConsumerAssignment,
  encodeConsumerAssignment,
  encodeConsumerSubscription,
} from '@sluice/protocol/consumer-protocol';
import type { ConsumerFixture, Partitions } from './consumer-fixture.ts';

/** All partitions of `orders`. */
export const ALL = [0, 1, 2, 3, 4, 5];

function classicAssignment(partitions: Partitions): Buffer {
  const assignedPartitions = Object.entries(partitions).map(([topic, numbers]) => ({ topic, partitions: numbers }));
  return encodeConsumerAssignment({ assignedPartitions, userData: null }, 1);
}

/** What an assignment says. */
export function read(assignment: Buffer | undefined): Partitions {
  const read = decodeConsumerAssignment(assignment ?? Buffer.alloc(0));
  assert(read !== undefined);
  return Object.fromEntries(read.assignedPartitions.map(({ topic, partitions }) => [topic, partitions]));
}

/** The protocol of a member of a classic group that has these partitions. */
export function range(owned: Partitions = {}): { name: string; metadata: Buffer }[] {
  const ownedPartitions = Object.entries(owned).map(([topic, partitions]) => ({ topic, partitions }));
  return [{ name: 'range', metadata: encodeConsumerSubscription({ topics: ['orders'], ownedPartitions }, 1) }];
}

/** A classic group with members that have these partitions; their ids. */
export async function createClassicGroup(fixture: ConsumerFixture, ...parts: number[][]): Promise<string[]> {
  const instances = parts.map((_part, index) => `instance-${index}`);
  const joins = instances.map((groupInstanceId) => fixture.joinClassic({ groupInstanceId }));
  await fixture.clock.advance(10_000);
  const memberIds = joins.map(({ response }) => response?.memberId ?? '');
  const leader = joins.findIndex(({ response }) => response?.leader === response?.memberId);
  const assignments = memberIds.map((memberId, index) => ({
    memberId,
    assignment: classicAssignment({ orders: parts[index] ?? [] }),
  }));
  const generationId = joins[0]?.response?.generationId ?? 0;
  for (const [index, memberId] of memberIds.entries()) {
    fixture.syncClassic({
      memberId,
      groupInstanceId: instances[index] ?? null,
      generationId,
      assignments: index === leader ? assignments : [],
    });
  }
  assert.equal(fixture.classicGroup().stateName, 'Stable');
  return memberIds;
}
