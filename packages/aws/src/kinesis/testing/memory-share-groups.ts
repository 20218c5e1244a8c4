import { KafkaError } from '@sluice/client/kafka-error';
import { wait } from '@sluice/client/wait';
import type { SimClock } from '@sluice/kernel/sim/clock';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { BatchRecord } from '@sluice/protocol/records/record';
import type { SharedRecord, ShareGroups, ShareTaker, ShareTakerHost } from '../../kafka/share-groups.ts';

interface Lock {
  readonly holder: object;
  readonly endMs: number;
}

interface GroupPartition {
  startOffset: number;
  readonly done: Set<number>;
  readonly locks: Map<number, Lock>;
}

interface Group {
  readonly partitions: Map<number, GroupPartition>;
  readonly members: Set<object>;
}

export interface MemoryShareGroups {
  readonly groups: ReadonlyMap<string, Group>;
  /** As one door sees them; `step` takes a while, and never ends once the door is dead. */
  connect(step: () => Promise<void>, isDead: () => boolean): ShareGroups;
}

export interface TopicView {
  readonly topicId: string;
  readonly partitions: readonly { readonly records: readonly BatchRecord[]; readonly highWatermark: number }[];
}

const LOCK_MS = 30_000;
const FETCH_INTERVAL_MS = 5;

/** Share groups on virtual time: what a member holds is others' once its lock has ended. */
export function createMemoryShareGroups(clock: SimClock, topicOf: (name: string) => TopicView | undefined) {
  const groups = new Map<string, Group>();

  function partitionOf(group: Group, partition: number): GroupPartition {
    const known = group.partitions.get(partition) ?? { startOffset: 0, done: new Set(), locks: new Map() };
    group.partitions.set(partition, known);
    return known;
  }

  function acquire(group: Group, topic: string, holder: object, host: ShareTakerHost): SharedRecord[] {
    const view = topicOf(topic);
    const found: SharedRecord[] = [];
    for (const [partition, { records, highWatermark }] of view?.partitions.entries() ?? []) {
      if (!host.takes(partition)) continue;
      const { startOffset, done, locks } = partitionOf(group, partition);
      for (const record of records) {
        if (found.length >= host.wanted()) return found;
        const { offset } = record;
        if (offset < startOffset || offset >= highWatermark || done.has(offset)) continue;
        if ((locks.get(offset)?.endMs ?? 0) > clock.monotonicMs()) continue;
        locks.set(offset, { holder, endMs: clock.monotonicMs() + LOCK_MS });
        found.push({ topicId: view?.topicId ?? '', partition, record });
      }
    }
    return found;
  }

  function join(group: Group, topic: string, host: ShareTakerHost, step: () => Promise<void>, isDead: () => boolean) {
    const holder = {};
    group.members.add(holder);
    let isClosed = false;

    function letGo(): void {
      group.members.delete(holder);
      for (const { locks } of group.partitions.values()) {
        for (const [offset, lock] of locks) if (lock.holder === holder) locks.delete(offset);
      }
    }

    let isFetching = false;

    async function fetch(): Promise<void> {
      if (isFetching) return;
      isFetching = true;
      while (!isClosed && !isDead() && host.wanted() > 0) {
        await step();
        const records = host.wanted() === 0 ? [] : acquire(group, topic, holder, host);
        if (records.length > 0) host.onRecords(records);
        await wait(clock, FETCH_INTERVAL_MS);
      }
      isFetching = false;
    }

    const taker: ShareTaker = {
      wake: () => void fetch(),
      refresh() {},
      async accept(records) {
        await step();
        const counted = records.filter(({ partition, record: { offset } }) => {
          const { done, locks } = partitionOf(group, partition);
          if (locks.get(offset)?.holder !== holder) return false;
          locks.delete(offset);
          done.add(offset);
          return true;
        });
        for (const [index, each] of group.partitions) {
          while (each.done.delete(each.startOffset)) each.startOffset++;
          const end = topicOf(topic)?.partitions[index]?.highWatermark ?? 0;
          if (each.startOffset > end) each.startOffset = end;
        }
        await step();
        return new Set(counted);
      },
      release(records) {
        for (const { partition, record } of records) partitionOf(group, partition).locks.delete(record.offset);
      },
      async close() {
        isClosed = true;
        letGo();
      },
    };
    return taker;
  }

  const connect: MemoryShareGroups['connect'] = (step, isDead) => ({
    async create(groupId, _topic, offsets) {
      await step();
      const group: Group = { partitions: new Map(), members: new Set() };
      for (const [partition, startOffset] of offsets.entries()) partitionOf(group, partition).startOffset = startOffset;
      groups.set(groupId, group);
    },
    async remove(groupId) {
      await step();
      if ((groups.get(groupId)?.members.size ?? 0) > 0) throw new KafkaError(ErrorCode.NON_EMPTY_GROUP, groupId);
      groups.delete(groupId);
    },
    async startOffsets(groupId) {
      await step();
      const group = groups.get(groupId);
      return new Map([...(group?.partitions ?? [])].map(([partition, { startOffset }]) => [partition, startOffset]));
    },
    join(groupId, topic, host) {
      const group = groups.get(groupId) ?? { partitions: new Map(), members: new Set() };
      groups.set(groupId, group);
      return join(group, topic, host, step, isDead);
    },
  });

  return { groups, connect } satisfies MemoryShareGroups;
}
