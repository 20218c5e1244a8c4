import type { Disk } from '@sluice/kernel/disk';
import type { CompactionCanary } from '../../compaction/compact-log.ts';
import type { ManagedLog } from '../../managed-log.ts';
import { batchesOf } from './compare.ts';

/** Logs that are wrong in one way, each of which the model must notice. */
export type Canary =
  | CompactionCanary
  | 'acknowledges-before-sync'
  | 'skips-the-batch-at-hand'
  | 'finds-times-too-late'
  | 'shows-aborted-records'
  | 'deletes-one-more'
  | 'believes-the-clock'
  | 'forgets-the-log-start';

/** By the invariant that each breaks. */
export const CANARIES: Readonly<Record<Canary, RegExp>> = {
  'acknowledges-before-sync': /I1/,
  'forgets-last-values': /I15/,
  'drops-tombstones-at-once': /I15/,
  'keeps-aborted-records': /I5|I15/,
  'skips-the-batch-at-hand': /I10/,
  'finds-times-too-late': /I14/,
  'shows-aborted-records': /I5/,
  'deletes-one-more': /I16/,
  'believes-the-clock': /I16/,
  'forgets-the-log-start': /I16/,
};

export function compactionCanaryOf(canary: Canary | undefined): CompactionCanary | undefined {
  switch (canary) {
    case 'forgets-last-values':
    case 'drops-tombstones-at-once':
    case 'keeps-aborted-records':
      return canary;
    default:
      return undefined;
  }
}

/** The log, wrong where its reads and its deletions are what the canary breaks. */
export function brokenLog(log: ManagedLog, canary: Canary | undefined): ManagedLog {
  switch (canary) {
    case 'skips-the-batch-at-hand':
      return derived(log, {
        async read(offset, options) {
          const result = await log.read(offset, options);
          if (result.kind !== 'batches' || result.sizeBytes === 0) return result;
          const [first] = batchesOf(Buffer.concat(result.buffers));
          return first === undefined || first.baseOffset >= offset ? result : log.read(first.lastOffset + 1, options);
        },
      });
    case 'finds-times-too-late':
      return derived(log, {
        offsetForTimestamp: (query) =>
          log.offsetForTimestamp(query.kind === 'time' ? { ...query, timestampMs: query.timestampMs + 1 } : query),
      });
    case 'shows-aborted-records':
      return derived(log, { abortedTransactions: async () => [] });
    case 'deletes-one-more':
      return derived(log, {
        async applyRetention() {
          const before = log.logStartOffset;
          await log.applyRetention();
          if (log.logStartOffset > before && log.logStartOffset < log.highWatermark) {
            await log.deleteRecordsBelow(log.highWatermark);
          }
        },
      });
    default:
      return log;
  }
}

/** The disk, wrong where a canary lies in what is kept on it. */
export function brokenDisk<D extends Disk>(disk: D, canary: Canary | undefined): D {
  if (canary !== 'forgets-the-log-start') return disk;
  return derived(disk as Disk, {
    async replaceFile(path, content) {
      if (!path.endsWith('log-start-offset-checkpoint')) await disk.replaceFile(path, content);
    },
  }) as D;
}

/** Everything else stays as it is, getters and private fields included. */
function derived<T extends object>(base: T, changes: Partial<T>): T {
  return new Proxy(base, {
    get(_, key) {
      const value: unknown = Reflect.get(key in changes ? changes : base, key, base);
      return typeof value === 'function' ? value.bind(base) : value;
    },
  });
}
