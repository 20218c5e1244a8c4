import { type Acknowledgement, AcknowledgeType, type SharedPartition, sharedPartitionKey } from './acknowledgement.ts';

/** What one request says of one partition: in order, without overlaps. */
export interface TakenPartition {
  readonly place: SharedPartition;
  readonly acknowledgements: readonly Acknowledgement[];
}

export interface Taken {
  readonly partitions: readonly TakenPartition[];
  /** Some locks are renewed: the request must say so. */
  readonly hasRenewals: boolean;
}

/** Acknowledgements that wait for a request to their broker. */
export interface PendingAcknowledgements {
  readonly count: number;
  readonly hasRenewals: boolean;
  add(acknowledgement: Acknowledgement): void;
  /** Partitions that something is to be said of. */
  places(): readonly SharedPartition[];
  /** Takes what can go together in one request. */
  take(nowMs: number): Taken;
  takeAll(): readonly Acknowledgement[];
}

export function createPendingAcknowledgements(): PendingAcknowledgements {
  const byPartition = new Map<string, Set<Acknowledgement>>();
  let count = 0;
  let renewalCount = 0;

  function forget(acknowledgement: Acknowledgement): void {
    const key = sharedPartitionKey(acknowledgement.place);
    const waiting = byPartition.get(key);
    if (waiting?.delete(acknowledgement) !== true) return;
    if (waiting.size === 0) byPartition.delete(key);
    count--;
    if (acknowledgement.type === AcknowledgeType.RENEW) renewalCount--;
  }

  function takePartition(waiting: ReadonlySet<Acknowledgement>, nowMs: number): Acknowledgement[] {
    let together: number | undefined;
    const taken: Acknowledgement[] = [];
    for (const acknowledgement of waiting) {
      const own = companyOf(acknowledgement, nowMs);
      together ??= own;
      if (own === together) taken.push(acknowledgement);
    }
    return withoutOverlaps(taken);
  }

  return {
    get count() {
      return count;
    },
    get hasRenewals() {
      return renewalCount > 0;
    },
    add(acknowledgement) {
      const key = sharedPartitionKey(acknowledgement.place);
      const waiting = byPartition.get(key) ?? new Set();
      byPartition.set(key, waiting.add(acknowledgement));
      count++;
      if (acknowledgement.type === AcknowledgeType.RENEW) renewalCount++;
    },
    places: () => [...byPartition.values()].flatMap(([first]) => (first === undefined ? [] : [first.place])),
    take(nowMs) {
      const partitions: TakenPartition[] = [];
      for (const waiting of [...byPartition.values()]) {
        const acknowledgements = takePartition(waiting, nowMs);
        for (const each of acknowledgements) forget(each);
        const [first] = acknowledgements;
        if (first !== undefined) partitions.push({ place: first.place, acknowledgements });
      }
      const hasRenewals = partitions.some(({ acknowledgements }) =>
        acknowledgements.some(({ type }) => type === AcknowledgeType.RENEW),
      );
      return { partitions, hasRenewals };
    },
    takeAll() {
      const all = [...byPartition.values()].flatMap((waiting) => [...waiting]);
      for (const each of all) forget(each);
      return all;
    },
  };
}

/** With whom locks that still hold go. */
const HELD = Infinity;

/**
 * Who goes with whom. A broker takes all that one request says of a partition, or nothing: a lock that has ended must not
 * take others with it.
 */
function companyOf({ acquired, isApart }: Acknowledgement, nowMs: number): number {
  if (acquired === undefined) return HELD;
  return isApart || acquired.lockEndMs <= nowMs ? acquired.lockEndMs : HELD;
}

/** By offset. Of two that concern the same record, delivered twice, only one can go at a time. */
function withoutOverlaps(acknowledgements: Acknowledgement[]): Acknowledgement[] {
  acknowledgements.sort((a, b) => a.firstOffset - b.firstOffset);
  let end = -1;
  return acknowledgements.filter(({ firstOffset, lastOffset }) => {
    if (firstOffset <= end) return false;
    end = lastOffset;
    return true;
  });
}
