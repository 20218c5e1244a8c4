import type { Uuid } from '@sluice/kernel/ids';
import type { Logger } from '@sluice/kernel/logger';
import type { ShardTimers } from '../runtime/coordinator-shard.ts';
import type { ShareRecord } from './share-record-serde.ts';

/** Kafka's `share.coordinator.*` settings as they are at one moment. */
export interface ShareCoordinatorSettings {
  /** `share.coordinator.snapshot.update.records.per.snapshot` */
  readonly updatesPerSnapshot: number;
  /** `share.coordinator.write.timeout.ms` */
  readonly writeTimeoutMs: number;
  /** Between two looks at what is no longer needed (`share.coordinator.state.topic.prune.interval.ms`, internal in Kafka). */
  readonly pruneIntervalMs: number;
  /** What has not changed for so long is written again, so that what lies before it can go. */
  readonly coldSnapshotIntervalMs: number;
}

/** Broken builds that tests must notice: a write is answered, but never written; the delivery count is not kept. */
export type ShareStateCanary = 'forgets-writes' | 'forgets-delivery-counts';

/** What the state machine of share partitions is given besides its input. */
export interface ShareEnvironment {
  settings(): ShareCoordinatorSettings;
  /** Of the topic as it is now; `undefined` if it does not exist. */
  partitionCount(topicId: Uuid): number | undefined;
  readonly timers: ShardTimers<ShareRecord>;
  readonly logger: Logger;
  /** For the tests of the tests only. */
  readonly canary?: ShareStateCanary | undefined;
}
