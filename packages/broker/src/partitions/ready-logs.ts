import type { PartitionLog } from '@sluice/log/partition-log';

/** Settles once every log has what an append needs at hand, or has failed; `undefined` if none has to be waited for. */
export function logsReady(logs: Iterable<PartitionLog>): Promise<void> | undefined {
  let waiting: Promise<void>[] | undefined;
  for (const log of logs) {
    if (log.isReady) continue;
    waiting ??= [];
    waiting.push(new Promise((resolve) => log.whenReady(resolve)));
  }
  return waiting && Promise.all(waiting).then(() => {});
}
