import type { Batch, SentBatch } from '@sluice/client/batch-sender';
import type { NewRecord } from '@sluice/protocol/records/build-batch';
import { createCollector } from './collector.ts';

/** Collects records while others are on their way, and sends what was collected when those have arrived. */
export interface Outbox {
  /** Waits where there is no room for the record. */
  add(partition: number, record: NewRecord, sizeBytes: number): Promise<void>;
  /** Sends what is collected, once what is on its way has arrived. */
  flush(): Promise<void>;
  /** Settles when nothing is on its way any more. */
  settled(): Promise<void>;
  /** Fails as soon as something could not be sent, and never settles otherwise. */
  readonly failure: Promise<never>;
}

export function createOutbox(
  send: (batches: readonly Batch[]) => Promise<readonly SentBatch[]>,
  onSent: (sent: readonly SentBatch[]) => void,
): Outbox {
  const collector = createCollector();
  const failure = Promise.withResolvers<never>();
  // Whoever waits for it is told; nobody has to.
  failure.promise.catch(() => {});
  let sending = Promise.resolve();

  async function flush(): Promise<void> {
    await sending;
    const batches = collector.take();
    if (batches.length === 0) return;
    sending = send(batches).then(onSent);
    sending.catch(failure.reject);
  }

  return {
    async add(partition, record, sizeBytes) {
      if (collector.isFullFor(partition, sizeBytes)) await flush();
      collector.add(partition, record, sizeBytes);
    },
    flush,
    settled: () => sending,
    failure: failure.promise,
  };
}
