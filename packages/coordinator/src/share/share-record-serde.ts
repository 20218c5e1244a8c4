import type { LeaderEpoch, Offset } from '@sluice/kernel/ids';
import { shareSnapshotKeyCodec } from '@sluice/protocol/generated/records/share/share-snapshot-key';
import { shareSnapshotValueCodec } from '@sluice/protocol/generated/records/share/share-snapshot-value';
import { shareUpdateKeyCodec } from '@sluice/protocol/generated/records/share/share-update-key';
import { shareUpdateValueCodec } from '@sluice/protocol/generated/records/share/share-update-value';
import { Reader } from '@sluice/protocol/reader';
import type { RecordSerde } from '../runtime/coordinator-shard.ts';
import { readVersioned, recordBytes } from '../runtime/record-bytes.ts';
import type { SharePartitionKey, StateBatch } from './persister.ts';
import type { ShareState } from './share-state.ts';

/** One of `__share_group_state`. */
export type ShareRecord =
  /** All that there is; null: the share partition is forgotten. */
  | { readonly type: 'snapshot'; readonly key: SharePartitionKey; readonly state: ShareState | null }
  | { readonly type: 'update'; readonly key: SharePartitionKey; readonly update: ShareStateUpdate };

/** What a write has changed since the snapshot. */
export interface ShareStateUpdate {
  /** Of the snapshot that it is for. */
  readonly snapshotEpoch: number;
  readonly leaderEpoch: LeaderEpoch;
  /** −1: unchanged. */
  readonly startOffset: Offset;
  readonly deliveryCompleteCount: number;
  readonly stateBatches: readonly StateBatch[];
}

const SNAPSHOT_TYPE = 0;
const UPDATE_TYPE = 1;
const KEY_VERSION = 0;
const VALUE_VERSION = 0;

/** The records of `__share_group_state` as Kafka 4.3 writes them. */
export const shareRecordSerde: RecordSerde<ShareRecord> = {
  encode(record) {
    if (record.type === 'update') {
      return {
        key: recordBytes(shareUpdateKeyCodec, record.key, UPDATE_TYPE, KEY_VERSION),
        value: recordBytes(shareUpdateValueCodec, record.update, VALUE_VERSION, VALUE_VERSION),
      };
    }
    const { key, state } = record;
    return {
      key: recordBytes(shareSnapshotKeyCodec, key, SNAPSHOT_TYPE, KEY_VERSION),
      value: state === null ? null : bytesOf(state),
    };
  },
  decode(bytes, value) {
    const reader = new Reader(bytes, { utf8Lenient: true });
    switch (reader.int16('type')) {
      case SNAPSHOT_TYPE: {
        const key = shareSnapshotKeyCodec.decode(reader, KEY_VERSION);
        return { type: 'snapshot', key, state: value === null ? null : stateOf(value) };
      }
      case UPDATE_TYPE: {
        const key = shareUpdateKeyCodec.decode(reader, KEY_VERSION);
        // Nobody writes tombstones of updates: they are those of their snapshot.
        if (value === null) return undefined;
        return { type: 'update', key, update: readVersioned(shareUpdateValueCodec, value) };
      }
      default:
        return undefined;
    }
  },
};

function bytesOf({ createTimestampMs, writeTimestampMs, ...state }: ShareState): Buffer {
  const value = { ...state, createTimestamp: createTimestampMs, writeTimestamp: writeTimestampMs };
  return recordBytes(shareSnapshotValueCodec, value, VALUE_VERSION, VALUE_VERSION);
}

function stateOf(value: Buffer): ShareState {
  const { createTimestamp, writeTimestamp, ...state } = readVersioned(shareSnapshotValueCodec, value);
  return { ...state, createTimestampMs: createTimestamp, writeTimestampMs: writeTimestamp };
}
