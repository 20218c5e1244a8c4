import { type SharedPartition, sharedPartitionKey } from './acknowledgement.ts';

const EPOCH_INITIAL = 0;
export const EPOCH_FINAL = -1;
const EPOCH_MAX = 2 ** 31 - 1;

/** A share session with one broker (KIP-932): its epoch, and the partitions that the broker knows of. */
export interface ShareSession {
  readonly epoch: number;
  /** Whether the broker has it: without one nothing can be acknowledged. */
  readonly isOpen: boolean;
  has(place: SharedPartition): boolean;
  /** What the next fetch must name so that these are fetched, and no others. */
  changesTo(wanted: ReadonlyMap<string, SharedPartition>): {
    readonly added: readonly SharedPartition[];
    readonly forgotten: readonly SharedPartition[];
  };
  /** A fetch that named these changes was answered without an error. */
  onFetched(wanted: ReadonlyMap<string, SharedPartition>): void;
  /** The epoch that the next request carries. */
  advance(): void;
  /** The broker does not know it any longer, or cannot be trusted to. */
  reset(): void;
}

export function createShareSession(): ShareSession {
  let epoch = EPOCH_INITIAL;
  let known: ReadonlyMap<string, SharedPartition> = new Map();

  return {
    get epoch() {
      return epoch;
    },
    get isOpen() {
      return epoch !== EPOCH_INITIAL;
    },
    has: (place) => known.has(sharedPartitionKey(place)),
    changesTo(wanted) {
      return {
        added: [...wanted].flatMap(([key, place]) => (known.has(key) ? [] : [place])),
        forgotten: [...known].flatMap(([key, place]) => (wanted.has(key) ? [] : [place])),
      };
    },
    onFetched(wanted) {
      known = new Map(wanted);
    },
    advance() {
      epoch = epoch === EPOCH_MAX ? 1 : epoch + 1;
    },
    reset() {
      epoch = EPOCH_INITIAL;
      known = new Map();
    },
  };
}
