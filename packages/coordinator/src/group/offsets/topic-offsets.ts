import { type LeaderEpoch, type Offset, type TimestampMs, type Uuid, ZERO_UUID } from '@sluice/kernel/ids';
import type { OffsetCommitValueInput } from '@sluice/protocol/generated/records/group/offset-commit-value';

/** What a group committed for one partition. */
export interface CommittedOffset {
  readonly partition: number;
  readonly offset: Offset;
  /** −1 if the consumer did not say. */
  readonly leaderEpoch: LeaderEpoch;
  readonly metadata: string;
  readonly commitTimestampMs: TimestampMs;
  /** −1: by the broker's retention. Only OffsetCommit v2 to v4 could say. */
  readonly expireTimestampMs: TimestampMs;
  /** ZERO_UUID in records of older versions. */
  readonly topicId: Uuid;
}

/** What few offsets have: text, an expiry of their own, or another topic id than the rest. */
interface Rest {
  readonly metadata: string;
  readonly expireTimestampMs: TimestampMs;
  readonly topicId: Uuid;
}

const PARTITION = 0;
const OFFSET = 1;
const LEADER_EPOCH = 2;
const COMMIT_TIMESTAMP = 3;
const ROW = 4;

/**
 * The offsets that one group committed for one topic. A coordinator may hold millions, so they are rows of plain
 * numbers in one array (32 bytes each), in the order of the partitions.
 */
export class TopicOffsets {
  #rows: number[] = [];
  /** Of all but those in `#rests`. */
  #topicId: Uuid;
  #rests: Map<number, Rest> | undefined;

  /** `topicId`: of the first offset, as a string that others hold too. */
  constructor(topicId: Uuid) {
    this.#topicId = topicId;
  }

  get size(): number {
    return this.#rows.length / ROW;
  }

  has(partition: number): boolean {
    return this.#isAt(this.#search(partition), partition);
  }

  get(partition: number): CommittedOffset | undefined {
    const row = this.#search(partition);
    return this.#isAt(row, partition) ? this.#read(row, partition) : undefined;
  }

  /** In this order they are removed at little cost. */
  *partitionsFromLast(): Iterable<number> {
    for (let row = this.#rows.length - ROW; row >= 0; row -= ROW) yield this.#rows[row] ?? 0;
  }

  /** Of this partition and those behind it. */
  *values(fromPartition = Number.NEGATIVE_INFINITY): Iterable<CommittedOffset> {
    const rows = this.#rows;
    for (let row = this.#search(fromPartition); row < rows.length; row += ROW) yield this.#read(row, rows[row] ?? 0);
  }

  set(partition: number, value: OffsetCommitValueInput): void {
    const rows = this.#rows;
    const row = this.#search(partition);
    const leaderEpoch = value.leaderEpoch ?? -1;
    if (this.#isAt(row, partition)) {
      rows[row + OFFSET] = value.offset;
      rows[row + LEADER_EPOCH] = leaderEpoch;
      rows[row + COMMIT_TIMESTAMP] = value.commitTimestamp;
    } else if (rows.length === 0) {
      // Exactly as long: most topics of most groups have few partitions.
      this.#rows = [partition, value.offset, leaderEpoch, value.commitTimestamp];
    } else if (row === rows.length) {
      rows.push(partition, value.offset, leaderEpoch, value.commitTimestamp);
    } else {
      rows.splice(row, 0, partition, value.offset, leaderEpoch, value.commitTimestamp);
    }
    this.#setRest(partition, value);
  }

  /** Whether there was one. */
  delete(partition: number): boolean {
    const row = this.#search(partition);
    if (!this.#isAt(row, partition)) return false;
    this.#rows.splice(row, ROW);
    this.#rests?.delete(partition);
    return true;
  }

  #setRest(partition: number, { metadata, expireTimestamp = -1, topicId = ZERO_UUID }: OffsetCommitValueInput): void {
    // A topic that was made again while the group had one offset of it.
    if (this.#rows.length === ROW && topicId !== this.#topicId) this.#topicId = topicId;
    if (metadata === '' && expireTimestamp === -1 && topicId === this.#topicId) {
      if (this.#rests?.delete(partition) && this.#rests.size === 0) this.#rests = undefined;
      return;
    }
    this.#rests ??= new Map();
    this.#rests.set(partition, {
      metadata,
      expireTimestampMs: expireTimestamp,
      topicId: topicId === this.#topicId ? this.#topicId : topicId,
    });
  }

  #read(row: number, partition: number): CommittedOffset {
    const rest = this.#rests?.get(partition);
    return {
      partition,
      offset: this.#rows[row + OFFSET] ?? -1,
      leaderEpoch: this.#rows[row + LEADER_EPOCH] ?? -1,
      metadata: rest === undefined ? '' : rest.metadata,
      commitTimestampMs: this.#rows[row + COMMIT_TIMESTAMP] ?? -1,
      expireTimestampMs: rest === undefined ? -1 : rest.expireTimestampMs,
      topicId: rest === undefined ? this.#topicId : rest.topicId,
    };
  }

  #isAt(row: number, partition: number): boolean {
    return this.#rows[row + PARTITION] === partition;
  }

  /** Where the partition's row is, or where it belongs. */
  #search(partition: number): number {
    const rows = this.#rows;
    // Mostly all partitions have one, so that each is at its own number.
    if (rows[partition * ROW] === partition) return partition * ROW;
    let low = 0;
    let high = rows.length / ROW;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((rows[middle * ROW] ?? 0) < partition) low = middle + 1;
      else high = middle;
    }
    return low * ROW;
  }
}
