import type { NodeId } from '@sluice/kernel/ids';
import type { Random } from '@sluice/kernel/random';

export interface PlaceableBroker {
  readonly id: NodeId;
  /** Brokers without one share a rack. */
  readonly rack: string | null;
  readonly fenced: boolean;
}

export interface PlacementRequest {
  readonly brokers: readonly PlaceableBroker[];
  readonly partitionCount: number;
  readonly replicationFactor: number;
  readonly random: Random;
}

export type Placement =
  /** Replicas by partition, the leader first. */
  | { readonly ok: true; readonly replicas: readonly (readonly NodeId[])[] }
  | { readonly ok: false; readonly problem: string };

interface Rack {
  readonly name: string | null;
  readonly unfenced: NodeId[];
  readonly fenced: NodeId[];
  /** Where its next follower is taken from. */
  next: number;
}

/**
 * Spreads replicas: first over racks, then over brokers, and the leaders evenly over all unfenced brokers. A partition
 * has no broker twice and always an unfenced leader; fenced brokers serve only where a rack has no other left.
 *
 * Leaders go round all unfenced brokers, one rack after the other. Followers come from the racks behind the leader's in
 * turn. After each round the brokers are shuffled, so that partitions of one leader have different followers.
 */
export function placeReplicas({ brokers, partitionCount, replicationFactor, random }: PlacementRequest): Placement {
  const unfencedCount = brokers.filter((broker) => !broker.fenced).length;
  if (unfencedCount === 0) return { ok: false, problem: 'all brokers are fenced' };
  if (replicationFactor > brokers.length) {
    return { ok: false, problem: `only ${brokers.length} broker(s) are registered` };
  }
  const racks = racksOf(brokers);
  const replicas: NodeId[][] = [];
  let leaders: Leader[] = [];
  for (let partition = 0; partition < partitionCount; partition += 1) {
    const turn = partition % unfencedCount;
    if (turn === 0) {
      shuffleRacks(racks, random);
      leaders = leadersInTurn(racks);
    }
    const leader = leaders[turn];
    if (leader === undefined) throw new Error('a round has as many turns as leaders');
    replicas.push(placePartition(leader, racks, replicationFactor));
  }
  return { ok: true, replicas };
}

interface Leader {
  readonly id: NodeId;
  readonly rack: number;
}

function racksOf(brokers: readonly PlaceableBroker[]): Rack[] {
  const racks = new Map<string | null, Rack>();
  for (const { id, rack: name, fenced } of brokers) {
    let rack = racks.get(name);
    if (rack === undefined) {
      rack = { name, unfenced: [], fenced: [], next: 0 };
      racks.set(name, rack);
    }
    (fenced ? rack.fenced : rack.unfenced).push(id);
  }
  return [...racks.values()];
}

function shuffleRacks(racks: Rack[], random: Random): void {
  shuffle(racks, random);
  for (const rack of racks) {
    shuffle(rack.unfenced, random);
    shuffle(rack.fenced, random);
  }
}

/** The first broker of each rack, then the second of each, and so on. */
function leadersInTurn(racks: readonly Rack[]): Leader[] {
  const leaders: Leader[] = [];
  const depth = Math.max(...racks.map((rack) => rack.unfenced.length));
  for (let place = 0; place < depth; place += 1) {
    for (const [rack, { unfenced }] of racks.entries()) {
      const id = unfenced[place];
      if (id !== undefined) leaders.push({ id, rack });
    }
  }
  return leaders;
}

function placePartition(leader: Leader, racks: readonly Rack[], replicationFactor: number): NodeId[] {
  const chosen = [leader.id];
  for (let step = 1; chosen.length < replicationFactor; step += 1) {
    const rack = racks[(leader.rack + step) % racks.length];
    const id = rack === undefined ? undefined : nextOf(rack, chosen);
    if (id !== undefined) chosen.push(id);
  }
  return chosen;
}

/** The rack's next broker that the partition has not got, fenced ones last. */
function nextOf(rack: Rack, chosen: readonly NodeId[]): NodeId | undefined {
  const { unfenced, fenced } = rack;
  for (let step = 0; step < unfenced.length; step += 1) {
    const id = unfenced[(rack.next + step) % unfenced.length];
    if (id === undefined || chosen.includes(id)) continue;
    rack.next = (rack.next + step + 1) % unfenced.length;
    return id;
  }
  return fenced.find((id) => !chosen.includes(id));
}

function shuffle<T>(items: T[], random: Random): void {
  for (let last = items.length - 1; last > 0; last -= 1) {
    const other = random.below(last + 1);
    const a = items[last];
    const b = items[other];
    if (a === undefined || b === undefined) continue;
    items[last] = b;
    items[other] = a;
  }
}
