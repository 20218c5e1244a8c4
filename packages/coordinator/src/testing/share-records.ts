import { realClock } from '@sluice/kernel/real/clock';
import type { PartitionLog } from '@sluice/log/partition-log';
import { replay } from '../runtime/replay.ts';
import { type ShareRecord, shareRecordSerde } from '../share/share-record-serde.ts';

/** All records of a partition of `__share_group_state`, in order. */
export async function recordsOf(log: PartitionLog): Promise<readonly ShareRecord[]> {
  const records: ShareRecord[] = [];
  const outcome = await replay({
    log,
    serde: shareRecordSerde,
    clock: realClock,
    apply: (record) => void records.push(record),
    onUnknownRecord: () => {
      throw new Error('a record of another kind');
    },
    isCancelled: () => false,
  });
  if (outcome.kind !== 'done') throw new Error(`the log cannot be read: ${outcome.kind}`);
  return records;
}
