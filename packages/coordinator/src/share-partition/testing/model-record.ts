import type { Offset } from '@sluice/kernel/ids';
import type { ShareWrite } from '../share-partition.ts';

/** One record as a brute force sees it. */
export interface ModelRecord {
  state: 'available' | 'acquired' | 'done';
  holder: string;
  lockedUntilMs: number;
  count: number;
  /** The acknowledgement that is being written. */
  pending: PendingWrite | undefined;
  /** What a crash leaves of it. */
  written: WrittenRecord | undefined;
  /** Members were told that it is done. */
  isAnswered: boolean;
}

/** A record as the share coordinator keeps it: nobody holds it. */
export interface WrittenRecord {
  readonly state: LetGo;
  readonly count: number;
}

export type LetGo = 'available' | 'done';

/** A write that has not reached the share coordinator yet. */
export interface PendingWrite {
  readonly write: ShareWrite;
  /** The records that it is about, as they are after it. */
  readonly after: ReadonlyMap<Offset, WrittenRecord>;
}

export function newRecord(): ModelRecord {
  return {
    state: 'available',
    holder: '',
    lockedUntilMs: 0,
    count: 0,
    pending: undefined,
    written: undefined,
    isAnswered: false,
  };
}
