import type { Clock } from '@sluice/kernel/clock';
import { silentLogger } from '@sluice/kernel/logger';
import { createMetrics } from '@sluice/kernel/metrics-registry';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { createSimDisk } from '@sluice/kernel/sim/disk';
import { buildBatch } from '@sluice/protocol/records/build-batch';
import { buildEndTxnMarkerBatch } from '@sluice/protocol/records/control-records';
import {
  type Compactor,
  type CompactorSettings,
  createCompactor,
  DEFAULT_COMPACTOR_SETTINGS,
} from '../compaction/compactor.ts';
import type { LogDirectory } from '../log-directory.ts';
import type { ManagedLog } from '../managed-log.ts';
import { accountsLog, type CompactionWorkload, newWorkload, openAccounts } from './compaction-model.ts';
import { append, durable, keyedRecordsOf, readBytesFrom } from './test-log.ts';

type Pair = readonly [key: string, value: string | null];

/** One batch of these keys and values. */
export function keyed(log: ManagedLog, records: readonly Pair[], nowMs: number): void {
  append(log, buildBatch(records.map(([key, value]) => ({ key, value, timestampMs: nowMs }))), {
    durable: true,
    nowMs,
  });
}

/** `count` updates of `keyCount` keys, so that whatever was there before is in sealed segments. */
export async function fillUp(log: ManagedLog, load: CompactionWorkload, count: number, keyCount = 3): Promise<void> {
  for (let index = 0; index < count; index++) {
    keyed(log, [[`key-${index % keyCount}`, `${index}-${'x'.repeat(80)}`]], load.clock.now());
  }
  await durable(log);
}

export async function openFixture(disk = createSimDisk(), load = newWorkload(), keyMemorySizeBytes?: number) {
  const directory = await openAccounts(disk, load, keyMemorySizeBytes);
  const log = await accountsLog(directory);
  return { disk, directory, log, load };
}

/** A producer of transactions; everything in them is one batch a call. */
export function transactionalProducer(log: ManagedLog, producerId: number, nowMs: () => number) {
  let baseSequence = 0;
  return {
    send(...records: readonly Pair[]): void {
      const batch = buildBatch(
        records.map(([key, value]) => ({ key, value, timestampMs: nowMs() })),
        { producerId, producerEpoch: 0, baseSequence, isTransactional: true },
      );
      append(log, batch, { durable: true, nowMs: nowMs() });
      baseSequence += records.length;
    },
    end(type: 'COMMIT' | 'ABORT'): void {
      const marker = { type, producerId, producerEpoch: 0, coordinatorEpoch: 0, timestampMs: nowMs() } as const;
      append(log, buildEndTxnMarkerBatch(marker), { durable: true, nowMs: nowMs(), origin: 'coordinator' });
    },
  };
}

/** What a reader of everything finds last for a key: `undefined` if there is nothing of it. */
export async function lastValueOf(log: ManagedLog, key: string): Promise<string | null | undefined> {
  const records = keyedRecordsOf(await readBytesFrom(log, log.logStartOffset));
  return records.findLast((record) => record.key === key)?.value;
}

/** A compactor of its own for a directory's logs. */
export function compactorOf(
  directory: LogDirectory,
  settings: Partial<CompactorSettings> = {},
  clock: Clock = createSimClock(),
): Compactor {
  return createCompactor({
    settings: { ...DEFAULT_COMPACTOR_SETTINGS, ...settings },
    clock,
    logger: silentLogger,
    metrics: createMetrics(),
    directory: '/data',
    seed: 1,
    logs: () => directory.logs(),
    saveCleanedOffsets: async () => {},
  });
}
