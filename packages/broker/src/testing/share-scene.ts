import type { Persister, PersisterResult, WriteShareState } from '@sluice/coordinator/share/persister';
import { createFakeShareState } from '@sluice/coordinator/share-partition/testing/fake-share-state';
import { ZERO_UUID } from '@sluice/kernel/ids';
import { silentLogger } from '@sluice/kernel/logger';
import { createSimClock } from '@sluice/kernel/sim/clock';
import type { ReadOptions, ReadResult } from '@sluice/log/partition-log';
import { type BatchOptions, buildBatch } from '@sluice/protocol/records/build-batch';
import type { HostedPartition } from '../partitions/hosted-partition.ts';
import { fetchShared, type ShareFetchRequest } from '../share/share-fetch.ts';
import { createSharePartitions } from '../share/share-partitions.ts';
import type { ShareGroupSettings } from '../share/share-settings.ts';

export const LOCK_MS = 30_000;

/** A log of record batches in memory; a read waits for `disk` while that is set. */
export function createFakeLog() {
  const batches: { readonly buffer: Buffer; readonly firstOffset: number; readonly endOffset: number }[] = [];
  const watchers = new Set<() => void>();
  const log = {
    highWatermark: 0,
    lastStableOffset: 0,
    logStartOffset: 0,
    failure: undefined as string | undefined,
    isReadable: true,
    generation: 0,
    aborted: [] as { producerId: number; firstOffset: number; lastOffset: number; lastStableOffset: number }[],
    /** The last stable offset stays where it is. */
    isTransactionOpen: false,
    disk: undefined as Promise<void> | undefined,
    reads: 0,
    /** Of the last read. */
    enoughAt: undefined as number | undefined,
    append(count: number, options: BatchOptions = {}) {
      const firstOffset = log.highWatermark;
      const records = Array.from({ length: count }, (_, index) => ({
        value: `${firstOffset + index}`,
        timestampMs: 0,
      }));
      batches.push({
        buffer: buildBatch(records, { baseOffset: firstOffset, ...options }),
        firstOffset,
        endOffset: firstOffset + count,
      });
      log.highWatermark += count;
      if (!log.isTransactionOpen) log.lastStableOffset = log.highWatermark;
      log.changed();
    },
    appendBatch(buffer: Buffer) {
      batches.push({ buffer, firstOffset: log.highWatermark, endOffset: log.highWatermark + 1 });
      log.highWatermark++;
      log.isTransactionOpen = false;
      log.lastStableOffset = log.highWatermark;
      log.changed();
    },
    /** Takes out the batches that begin there; the offsets stay given out. */
    compact(...firstOffsets: readonly number[]) {
      const left = batches.filter(({ firstOffset }) => !firstOffsets.includes(firstOffset));
      batches.splice(0, batches.length, ...left);
    },
    changed() {
      for (const watcher of [...watchers]) watcher();
    },
    watch(changed: () => void) {
      watchers.add(changed);
      return () => void watchers.delete(changed);
    },
    get watcherCount() {
      return watchers.size;
    },
    read(offset: number, { maxBytes, minOneBatch, enoughAt }: ReadOptions) {
      log.reads++;
      log.enoughAt = enoughAt;
      const answer = (): ReadResult => {
        if (offset < log.logStartOffset || offset > log.highWatermark) return { kind: 'out-of-range' };
        const buffers: Buffer[] = [];
        let sizeBytes = 0;
        for (const { buffer, endOffset } of batches) {
          if (endOffset <= offset) continue;
          if (sizeBytes + buffer.length > maxBytes && !(minOneBatch && buffers.length === 0)) break;
          buffers.push(buffer);
          sizeBytes += buffer.length;
        }
        return { kind: 'batches', buffers, sizeBytes };
      };
      return log.disk === undefined ? answer() : log.disk.then(answer);
    },
    abortedTransactions: (from: number) => log.aborted.filter(({ lastOffset }) => lastOffset >= from),
    offsetForTimestamp: async () => ({ offset: log.highWatermark, timestampMs: 0, leaderEpoch: 0 }),
  };
  return log;
}

/** Share partitions on logs in memory, on virtual time, whose state is kept as long as `persister.error` is none. */
export function createShareScene(changes: Partial<ShareGroupSettings> = {}) {
  const clock = createSimClock();
  const log = createFakeLog();
  const kept = createFakeShareState();
  const settings: ShareGroupSettings = {
    recordLockDurationMs: LOCK_MS,
    deliveryCountLimit: 5,
    recordLockCountMax: 2_000,
    isRenewEnabled: true,
    isCommittedOnly: false,
    offsetReset: { kind: 'latest' },
    ...changes,
  };
  const hosted = {
    topic: 'orders',
    topicId: ZERO_UUID,
    partition: 0,
    log,
    leader: 1,
    leaderEpoch: 0,
  } as unknown as { -readonly [Key in keyof HostedPartition]: HostedPartition[Key] };
  const persister = {
    error: 0,
    reads: 0,
    writes: [] as WriteShareState[],
    startOffset: 0,
    async read(): Promise<PersisterResult<{ stateEpoch: number; startOffset: number; stateBatches: never[] }>> {
      persister.reads++;
      if (persister.error !== 0) return { errorCode: persister.error, message: null };
      const startOffset = persister.startOffset < 0 && kept.startOffset === 0 ? -1 : kept.startOffset;
      return { response: { stateEpoch: 0, startOffset, stateBatches: kept.stateBatches as never[] } };
    },
    async write(_key: unknown, state: WriteShareState): Promise<PersisterResult<undefined>> {
      if (persister.error !== 0) return { errorCode: persister.error, message: null };
      persister.writes.push(state);
      kept.write(state);
      return { response: undefined };
    },
  };
  const shares = createSharePartitions({
    persister: persister as Persister,
    settings: { ofGroup: () => settings, sessionCountMax: () => 10 },
    clock,
    logger: silentLogger,
  });
  const enders = new Set<() => void>();

  /** What a member got: `first–last×count`, or its error. */
  async function fetch(memberId: string, changes: Partial<ShareFetchRequest> = {}): Promise<string[]> {
    const { fetched } = await fetchShared(
      {
        groupId: 'workers',
        memberId,
        partitions: [{ topicId: ZERO_UUID, partition: 0 }],
        waitMsMax: 600_000,
        sizeBytesMin: 1,
        sizeBytesMax: 1_000_000,
        recordCountMax: 500,
        batchSize: 500,
        mode: 'batch-optimized',
        ...changes,
      },
      {
        clock,
        lookUp: () => hosted,
        open: shares.open,
        onEnding(end) {
          enders.add(end);
          return () => void enders.delete(end);
        },
      },
    );
    return fetched.flatMap(({ errorCode, acquired }) =>
      errorCode === 0
        ? acquired.map((each) => `${each.firstOffset}–${each.lastOffset}×${each.deliveryCount}`)
        : [`error ${errorCode}`],
    );
  }

  return {
    clock,
    log,
    hosted,
    persister,
    shares,
    settings,
    fetch,
    endAll: () => {
      for (const end of [...enders]) end();
    },
    live: () => shares.get('workers', ZERO_UUID, 0),
  };
}
