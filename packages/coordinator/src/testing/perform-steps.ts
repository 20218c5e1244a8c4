import type { TimestampMs } from '@sluice/kernel/ids';
import type { GroupRecord } from '../group/group-record.ts';
import type { PutOff, Step } from '../runtime/coordinator-shard.ts';
import { createPutOffQueue } from '../runtime/put-off-queue.ts';

/** Takes steps as if what they decide were committed at once, and then what they put off. */
export function createPerformer(
  now: () => TimestampMs,
  apply: (record: GroupRecord) => void,
): { perform(step: Step<GroupRecord>): void; readonly putOff: PutOff<GroupRecord> } {
  const putOffs = createPutOffQueue<GroupRecord>();

  function take({ records, replies, repliesAtOnce = [] }: Step<GroupRecord>): void {
    for (const record of records) apply(record);
    for (const reply of [...repliesAtOnce, ...replies]) reply.deliver();
  }

  return {
    perform(step) {
      take(step);
      while (putOffs.size > 0) putOffs.takeAll((decide) => take(decide(now())));
    },
    putOff: putOffs.add,
  };
}
