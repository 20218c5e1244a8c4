import type { Offset, ProducerId } from '@sluice/kernel/ids';
import type { OffsetCommitKey } from '@sluice/protocol/generated/records/group/offset-commit-key';
import type { OffsetCommitValueInput } from '@sluice/protocol/generated/records/group/offset-commit-value';
import type { CommittedOffsets } from './committed-offsets.ts';

/**
 * Offsets that were committed within transactions, by producer, until the marker at the transaction's end says whether
 * they count (KIP-98). Where one partition has several offsets, that of the latest record counts, whichever
 * transaction ends first.
 */
export interface PendingOffsets {
  add(producerId: ProducerId, key: OffsetCommitKey, value: OffsetCommitValueInput, offset: Offset): void;
  /** An offset outside of transactions was committed for the partition: it is later than those that are pending. */
  supersede(key: OffsetCommitKey): void;
  /** A tombstone: what is pending is gone too. */
  delete(key: OffsetCommitKey): void;
  /** The transaction ended; what it committed goes to `committed` if it did not abort. */
  end(producerId: ProducerId, isCommitted: boolean, committed: CommittedOffsets): void;
  hasOfGroup(groupId: string): boolean;
  has(groupId: string, topic: string, partition: number): boolean;
  keysOfGroup(groupId: string): Iterable<OffsetCommitKey>;
  keys(): Iterable<OffsetCommitKey>;
}

interface PendingOffset {
  readonly producerId: ProducerId;
  readonly key: OffsetCommitKey;
  readonly value: OffsetCommitValueInput;
  /** Of the record. */
  readonly offset: Offset;
  isSuperseded: boolean;
}

type ByPartition = Map<number, PendingOffset[]>;

export function createPendingOffsets(): PendingOffsets {
  const byProducer = new Map<ProducerId, Set<PendingOffset>>();
  const byGroup = new Map<string, Map<string, ByPartition>>();

  function at(groupId: string, topic: string, partition: number): PendingOffset[] | undefined {
    return byGroup.get(groupId)?.get(topic)?.get(partition);
  }

  function remove(pending: PendingOffset): void {
    const ofProducer = byProducer.get(pending.producerId);
    ofProducer?.delete(pending);
    if (ofProducer?.size === 0) byProducer.delete(pending.producerId);
    const { group, topic, partition } = pending.key;
    const byTopic = byGroup.get(group);
    const byPartition = byTopic?.get(topic);
    const others = byPartition?.get(partition)?.filter((other) => other !== pending) ?? [];
    if (others.length > 0) byPartition?.set(partition, others);
    else byPartition?.delete(partition);
    if (byPartition?.size === 0) byTopic?.delete(topic);
    if (byTopic?.size === 0) byGroup.delete(group);
  }

  return {
    add(producerId, key, value, offset) {
      const { group, topic, partition } = key;
      const earlier = at(group, topic, partition)?.find((other) => other.producerId === producerId);
      if (earlier !== undefined) remove(earlier);
      const pending = { producerId, key, value, offset, isSuperseded: false };
      const byTopic = getOrAdd(byGroup, group, () => new Map<string, ByPartition>());
      const byPartition = getOrAdd(byTopic, topic, (): ByPartition => new Map());
      getOrAdd(byPartition, partition, (): PendingOffset[] => []).push(pending);
      getOrAdd(byProducer, producerId, () => new Set<PendingOffset>()).add(pending);
    },
    supersede({ group, topic, partition }) {
      for (const pending of at(group, topic, partition) ?? []) pending.isSuperseded = true;
    },
    delete({ group, topic, partition }) {
      for (const pending of at(group, topic, partition) ?? []) remove(pending);
    },
    end(producerId, isCommitted, committed) {
      for (const pending of byProducer.get(producerId) ?? []) {
        remove(pending);
        if (!isCommitted || pending.isSuperseded) continue;
        const { key } = pending;
        committed.set(key, pending.value);
        for (const other of at(key.group, key.topic, key.partition) ?? []) {
          other.isSuperseded ||= other.offset < pending.offset;
        }
      }
    },
    hasOfGroup: (groupId) => byGroup.has(groupId),
    has: (groupId, topic, partition) => at(groupId, topic, partition) !== undefined,
    *keysOfGroup(groupId) {
      for (const byPartition of byGroup.get(groupId)?.values() ?? []) {
        for (const [first] of byPartition.values()) if (first !== undefined) yield first.key;
      }
    },
    *keys() {
      for (const ofProducer of byProducer.values()) for (const { key } of ofProducer) yield key;
    },
  };
}

function getOrAdd<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const value = make();
  map.set(key, value);
  return value;
}
