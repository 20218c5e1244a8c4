import type { Uuid } from '@sluice/kernel/ids';
import type { Assignment } from './assignor.ts';
import { createLoadLadder, type LoadLadder } from './load-ladder.ts';
import { type NumberedMember, type OwnedTopic, targetsOf } from './owned-topics.ts';
import { createPartitionStacks, type PartitionStacks } from './partition-stacks.ts';

/**
 * Where subscriptions overlap, one topic's balance is another's imbalance and rounds over all topics need not come to rest.
 * Each about halves what is left: after so many the rest is not worth the time.
 */
const BALANCE_ROUNDS_MAX = 16;

/**
 * Members are subscribed to different topics. Everybody keeps what it has; what nobody has goes topic by topic to the
 * subscribers with the least; then partitions move, again topic by topic, from those with the most to those with the
 * least until nothing gets better.
 */
export function assignHeterogeneous(
  members: readonly NumberedMember[],
  topics: ReadonlyMap<Uuid, OwnedTopic>,
): ReadonlyMap<string, Assignment> {
  const loads = loadsOf(members, topics);
  const ladder = createLoadLadder(loads);
  const inTurn = hardestFirst(topics);
  for (const topic of inTurn) assignUnowned(topic, loads, ladder);
  balance(
    inTurn.filter(({ subscribers }) => subscribers.length >= 2),
    loads,
    ladder,
  );
  return targetsOf(members, topics);
}

function loadsOf(members: readonly NumberedMember[], topics: ReadonlyMap<Uuid, OwnedTopic>): Int32Array {
  const loads = new Int32Array(members.length);
  for (const { owners } of topics.values()) {
    for (const owner of owners) if (owner !== -1) loads[owner] = (loads[owner] ?? 0) + 1;
  }
  return loads;
}

/** Most partitions for each subscriber first, then fewest subscribers; the topics come sorted by id. */
function hardestFirst(topics: ReadonlyMap<Uuid, OwnedTopic>): OwnedTopic[] {
  const perSubscriber = ({ owners, subscribers }: OwnedTopic) => owners.length / subscribers.length;
  return [...topics.values()].sort(
    (a, b) => perSubscriber(b) - perSubscriber(a) || a.subscribers.length - b.subscribers.length,
  );
}

function assignUnowned({ owners, subscribers }: OwnedTopic, loads: Int32Array, ladder: LoadLadder): void {
  if (!owners.includes(-1)) return;
  ladder.reset(subscribers);
  for (let partition = 0; partition < owners.length; partition++) {
    if (owners[partition] !== -1) continue;
    const member = ladder.nextLeastLoaded();
    owners[partition] = member;
    loads[member] = (loads[member] ?? 0) + 1;
  }
}

function balance(topics: readonly OwnedTopic[], loads: Int32Array, ladder: LoadLadder): void {
  const stacks = createPartitionStacks(loads.length);
  let lastMoved = -1;
  for (let round = 0; round < BALANCE_ROUNDS_MAX; round++) {
    for (const [position, topic] of topics.entries()) {
      // Once around without a move: at rest.
      if (position === lastMoved) return;
      const hasMoved = balanceTopic(topic, loads, ladder, stacks);
      if (hasMoved || lastMoved === -1) lastMoved = position;
    }
  }
}

function balanceTopic(topic: OwnedTopic, loads: Int32Array, ladder: LoadLadder, stacks: PartitionStacks): boolean {
  if (ladder.reset(topic.subscribers) <= 1) return false;
  stacks.fill(topic);
  let hasMoved = false;
  while (!ladder.isBalanced()) {
    const giver = nextGiver(ladder, stacks);
    if (giver === -1) break;
    const partition = stacks.pop(giver);
    const taker = ladder.nextLeastLoaded();
    if (ladder.isBalanced()) break;
    topic.owners[partition] = taker;
    loads[giver] = (loads[giver] ?? 0) - 1;
    loads[taker] = (loads[taker] ?? 0) + 1;
    hasMoved = true;
  }
  return hasMoved;
}

/** The most loaded member that has something of the topic. */
function nextGiver(ladder: LoadLadder, stacks: PartitionStacks): number {
  for (;;) {
    const member = ladder.nextMostLoaded();
    if (member === -1 || !stacks.isEmpty(member)) return member;
    ladder.excludeMostLoaded();
  }
}
