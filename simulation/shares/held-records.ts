import type { SimRandom } from '@sluice/kernel/sim/random';
import { type Acked, recordOf } from './history.ts';
import type { Acknowledging, SharePlace } from './share-requests.ts';

/** An offset that a member was given, and what the member will say of it. */
export interface HeldOffset extends SharePlace {
  readonly topic: string;
  readonly offset: number;
  /** There is no record at it: a marker, or what compaction left out. */
  readonly isGap: boolean;
}

export type Fate = Acked['type'];

export interface Said {
  readonly held: HeldOffset;
  readonly type: Fate;
}

const TYPE_IDS = { gap: 0, accept: 1, release: 2, reject: 3, renew: 4 } as const;

/** What a member makes of what it holds. */
export function decideFate(random: SimRandom, { isGap }: HeldOffset): Fate {
  if (isGap) return 'gap';
  const drawn = random.below(100);
  if (drawn < 60) return 'accept';
  if (drawn < 80) return 'release';
  return drawn < 90 ? 'reject' : 'renew';
}

/** Neighbours of a partition go in one. */
export function acknowledgementsOf(said: readonly Said[]): Acknowledging[] {
  const runs: { topicId: string; partition: number; firstOffset: number; types: number[] }[] = [];
  for (const { held, type } of said.toSorted((one, other) => one.held.offset - other.held.offset)) {
    const { topicId, partition, offset } = held;
    const run = runs.find(
      (each) =>
        each.topicId === topicId && each.partition === partition && each.firstOffset + each.types.length === offset,
    );
    if (run === undefined) runs.push({ topicId, partition, firstOffset: offset, types: [TYPE_IDS[type]] });
    else run.types.push(TYPE_IDS[type]);
  }
  return runs;
}

export function keyOf({ topicId, partition }: SharePlace): string {
  return `${topicId}/${partition}`;
}

export function heldKey(group: string, { topic, partition, offset }: HeldOffset): string {
  return recordOf(group, topic, partition, offset);
}
