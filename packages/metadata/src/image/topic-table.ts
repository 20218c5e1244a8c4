import type { Uuid } from '@sluice/kernel/ids';
import type { KeyValue, Revision } from '../store/metadata-store.ts';
import type { PartitionDelta, PartitionState, TopicImage } from './cluster-image.ts';
import { collisionName } from './collision-name.ts';
import { type EntryKey, partitionKey, topicKey } from './keys.ts';
import { CorruptValueError, decodePartition, decodeTopic, type TopicValue } from './values.ts';

export interface TopicsDelta {
  readonly topicsCreated: readonly TopicImage[];
  readonly topicsDeleted: readonly TopicImage[];
  readonly partitionsChanged: readonly PartitionDelta[];
}

/** The topics of the image: entries come one by one, and take effect together at the end of their revision. */
export interface TopicTable {
  readonly byName: ReadonlyMap<string, TopicImage>;
  readonly byId: ReadonlyMap<Uuid, TopicImage>;
  readonly partitionCount: number;
  colliding(name: string): string | undefined;
  apply(entry: Extract<EntryKey, { kind: 'topic' | 'partition' }>, kv: KeyValue | undefined): void;
  settle(): TopicsDelta;
  /** Ids that have partitions which their topic does not count, or no topic at all. */
  staged(): Uuid[];
  knownKeys(): Iterable<string>;
}

interface TopicEntry {
  record: (TopicValue & { readonly createRevision: Revision }) | undefined;
  /** All that the store holds, counted by the record or not. */
  readonly partitions: Map<number, PartitionState>;
  /** Partitions put or deleted since the last `settle`. */
  readonly touched: Set<number>;
}

export function topicTable(): TopicTable {
  const byName = new Map<string, TopicImage>();
  const byId = new Map<Uuid, TopicImage>();
  const entries = new Map<Uuid, TopicEntry>();
  const touchedTopics = new Set<Uuid>();
  const collisions = new Map<string, Set<string>>();
  let partitionCount = 0;

  function entryOf(id: Uuid): TopicEntry {
    touchedTopics.add(id);
    let entry = entries.get(id);
    if (entry === undefined) {
      entry = { record: undefined, partitions: new Map(), touched: new Set() };
      entries.set(id, entry);
    }
    return entry;
  }

  function addSpelling(topic: TopicImage): void {
    const spelling = collisionName(topic.name);
    if (spelling === undefined) return;
    const names = collisions.get(spelling);
    if (names === undefined) collisions.set(spelling, new Set([topic.name]));
    else names.add(topic.name);
  }

  function remove(topic: TopicImage): void {
    byId.delete(topic.id);
    partitionCount -= topic.partitions.length;
    // A topic of the same name may have been made in the same revision.
    if (byName.get(topic.name)?.id !== topic.id) return;
    byName.delete(topic.name);
    const spelling = collisionName(topic.name);
    if (spelling === undefined) return;
    const names = collisions.get(spelling);
    names?.delete(topic.name);
    if (names?.size === 0) collisions.delete(spelling);
  }

  /** The topic after the revision, its partitions copied at most once. */
  function settleTopic(id: Uuid, created: TopicImage[], deleted: TopicImage[], changed: PartitionDelta[]): void {
    const entry = entries.get(id);
    const before = byId.get(id);
    const record = entry?.record;
    if (entry === undefined || record === undefined) {
      if (before !== undefined) {
        remove(before);
        deleted.push(before);
      }
      if (entry?.partitions.size === 0) entries.delete(id);
      return;
    }
    const partitions = before?.partitions.slice(0, record.partitionCount) ?? [];
    const indexes = [...entry.touched].filter((index) => index < partitions.length);
    for (let index = partitions.length; index < record.partitionCount; index += 1) indexes.push(index);
    for (const index of indexes) partitions[index] = stateOf(id, entry, index);
    const topic: TopicImage = { name: record.name, id, partitions, createRevision: record.createRevision };
    byName.set(topic.name, topic);
    byId.set(id, topic);
    partitionCount += partitions.length - (before?.partitions.length ?? 0);
    if (before === undefined) {
      addSpelling(topic);
      created.push(topic);
    } else for (const index of indexes) changed.push(partitionDelta(topic, index, before));
  }

  return {
    byName,
    byId,
    get partitionCount() {
      return partitionCount;
    },
    colliding(name) {
      const spelling = collisionName(name);
      if (spelling === undefined) return undefined;
      for (const other of collisions.get(spelling) ?? []) if (other !== name) return other;
      return undefined;
    },
    apply(entryKey, kv) {
      if (entryKey.kind === 'topic') {
        entryOf(entryKey.id).record = kv && { ...decodeTopic(kv.key, kv.value), createRevision: kv.createRevision };
        return;
      }
      const entry = entryOf(entryKey.topicId);
      entry.touched.add(entryKey.index);
      if (kv === undefined) entry.partitions.delete(entryKey.index);
      else entry.partitions.set(entryKey.index, decodePartition(kv.key, kv.value));
    },
    settle() {
      const topicsCreated: TopicImage[] = [];
      const topicsDeleted: TopicImage[] = [];
      const partitionsChanged: PartitionDelta[] = [];
      for (const id of touchedTopics) {
        settleTopic(id, topicsCreated, topicsDeleted, partitionsChanged);
        entries.get(id)?.touched.clear();
      }
      touchedTopics.clear();
      return { topicsCreated, topicsDeleted, partitionsChanged };
    },
    staged() {
      const ids: Uuid[] = [];
      for (const [id, { record, partitions }] of entries) {
        if (partitions.size > (record?.partitionCount ?? 0)) ids.push(id);
      }
      return ids;
    },
    *knownKeys() {
      for (const [id, { record, partitions }] of entries) {
        if (record !== undefined) yield topicKey(id);
        for (const index of partitions.keys()) yield partitionKey(id, index);
      }
    },
  };
}

function stateOf(id: Uuid, entry: TopicEntry, index: number): PartitionState {
  const state = entry.partitions.get(index);
  if (state === undefined) throw new CorruptValueError(topicKey(id), `partition ${index} has no state`);
  return state;
}

function partitionDelta(topic: TopicImage, partition: number, before: TopicImage): PartitionDelta {
  const after = topic.partitions[partition];
  if (after === undefined) throw new CorruptValueError(topicKey(topic.id), `partition ${partition} has no state`);
  return { topic, partition, before: before.partitions[partition], after };
}
