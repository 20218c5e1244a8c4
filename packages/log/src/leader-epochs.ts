import type { LeaderEpoch, Offset } from '@sluice/kernel/ids';
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint-file.ts';

/** From `startOffset` on, records were written under `epoch` (KIP-101). */
export interface EpochEntry {
  readonly epoch: LeaderEpoch;
  readonly startOffset: Offset;
}

/** Which leader epoch wrote which offsets of one partition; epochs and offsets both rise. */
export interface LeaderEpochs {
  readonly entries: readonly EpochEntry[];
  readonly latestEpoch: LeaderEpoch;
  /** Whether the entries agree with every batch of the log: not known of a file that another program wrote. */
  readonly isTrusted: boolean;
  /** A batch of this epoch starts at this offset. Returns whether an entry was added. */
  assign(epoch: LeaderEpoch, startOffset: Offset): boolean;
  /** −1 if unknown. */
  epochAt(offset: Offset): LeaderEpoch;
  /** As OffsetForLeaderEpoch answers; −1s if nothing is known. */
  endOffsetFor(epoch: LeaderEpoch, logEndOffset: Offset): { leaderEpoch: LeaderEpoch; endOffset: Offset };
  /** Drops what starts at or above `endOffset`. */
  truncateFromEnd(endOffset: Offset): void;
  /** The epoch that wrote `startOffset` becomes the first, starting there. */
  truncateFromStart(startOffset: Offset): void;
  clear(): void;
}

const UNKNOWN = { leaderEpoch: -1, endOffset: -1 };

export function createLeaderEpochs(initial: readonly EpochEntry[] = [], initiallyTrusted = true): LeaderEpochs {
  return new PartitionEpochs(initial, initiallyTrusted);
}

class PartitionEpochs implements LeaderEpochs {
  entries: readonly EpochEntry[];
  isTrusted: boolean;

  constructor(entries: readonly EpochEntry[], isTrusted: boolean) {
    this.entries = [...entries];
    this.isTrusted = isTrusted;
  }

  get latestEpoch(): LeaderEpoch {
    return this.entries.at(-1)?.epoch ?? -1;
  }

  assign(epoch: LeaderEpoch, startOffset: Offset): boolean {
    const last = this.entries.at(-1);
    if (last !== undefined && epoch < last.epoch) this.isTrusted = false;
    if (last !== undefined && last.epoch === epoch && startOffset >= last.startOffset) return false;
    const kept = this.entries.filter((entry) => entry.epoch < epoch && entry.startOffset < startOffset);
    this.entries = [...kept, { epoch, startOffset }];
    return true;
  }

  epochAt(offset: Offset): LeaderEpoch {
    for (let index = this.entries.length - 1; index >= 0; index--) {
      const entry = this.entries[index];
      if (entry !== undefined && entry.startOffset <= offset) return entry.epoch;
    }
    return -1;
  }

  endOffsetFor(epoch: LeaderEpoch, logEndOffset: Offset): { leaderEpoch: LeaderEpoch; endOffset: Offset } {
    const { entries } = this;
    const last = entries.at(-1);
    if (epoch < 0 || last === undefined || epoch > last.epoch) return UNKNOWN;
    // The latest epoch is still being written to.
    if (epoch === last.epoch) return { leaderEpoch: epoch, endOffset: logEndOffset };
    const higherIndex = entries.findIndex((entry) => entry.epoch > epoch);
    const higher = entries[higherIndex];
    if (higher === undefined) return UNKNOWN;
    // An epoch older than all that is known: its records are gone, the first known epoch starts behind them.
    const floor = entries[higherIndex - 1];
    return { leaderEpoch: floor?.epoch ?? epoch, endOffset: higher.startOffset };
  }

  truncateFromEnd(endOffset: Offset): void {
    this.entries = this.entries.filter((entry) => entry.startOffset < endOffset);
  }

  truncateFromStart(startOffset: Offset): void {
    const kept = this.entries.filter((entry) => entry.startOffset > startOffset);
    const first = this.entries[this.entries.length - kept.length - 1];
    this.entries = first === undefined ? kept : [{ epoch: first.epoch, startOffset }, ...kept];
  }

  clear(): void {
    this.entries = [];
  }
}

/** Without a checksum where the entries are not trusted: the next reader must not trust them either. */
export function encodeLeaderEpochs(epochs: Pick<LeaderEpochs, 'entries' | 'isTrusted'>): string {
  const lines = epochs.entries.map((entry) => `${entry.epoch} ${entry.startOffset}`);
  return encodeCheckpoint(lines, epochs.isTrusted);
}

export interface DecodedLeaderEpochs {
  readonly entries: EpochEntry[];
  readonly isChecked: boolean;
}

/** A text says what is wrong with the file. */
export function decodeLeaderEpochs(content: Buffer): DecodedLeaderEpochs | string {
  const checkpoint = decodeCheckpoint(content);
  if (typeof checkpoint === 'string') return checkpoint;
  const entries: EpochEntry[] = [];
  for (const line of checkpoint.entries) {
    const match = /^(\d+)\s+(\d+)\s*$/.exec(line);
    if (match === null) return `entry "${line}"`;
    const entry = { epoch: Number(match[1]), startOffset: Number(match[2]) };
    const last = entries.at(-1);
    if (last !== undefined && (entry.epoch <= last.epoch || entry.startOffset <= last.startOffset)) {
      return `entry "${line}" after "${last.epoch} ${last.startOffset}"`;
    }
    entries.push(entry);
  }
  return { entries, isChecked: checkpoint.isChecked };
}
