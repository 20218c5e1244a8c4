import type { Logger } from '@sluice/kernel/logger';
import type { Prerequisite } from '@sluice/log/prerequisite';
import type { ShardTimers } from '../runtime/coordinator-shard.ts';
import type { Transaction, TransactionVersion } from './transaction.ts';
import type { TransactionRecord } from './transaction-record-serde.ts';

/** Kafka's `transaction*` settings as they are at one moment. */
export interface TransactionSettings {
  /** `transaction.max.timeout.ms` */
  readonly timeoutMsMax: number;
  /** `transactional.id.expiration.ms` */
  readonly idExpirationMs: number;
  /** `transaction.remove.expired.transaction.cleanup.interval.ms` */
  readonly idExpirationCheckIntervalMs: number;
  /** `transaction.two.phase.commit.enable` (KIP-939) */
  readonly isTwoPhaseCommitEnabled: boolean;
  /** The finalised level of `transaction.version`. */
  readonly serverVersion: TransactionVersion;
}

/** Broken builds that tests must notice: aborted records are shown, late ends are taken, a start forgets what markers were left. */
export type TransactionCanary = 'shows-aborted' | 'ignores-epochs' | 'loses-markers';

/** What the state machine of transactions is given besides its input. */
export interface TransactionEnvironment {
  settings(): TransactionSettings;
  readonly timers: ShardTimers<TransactionRecord>;
  readonly logger: Logger;
  /** For the tests of the tests only. */
  readonly canary?: TransactionCanary | undefined;
  /**
   * Begins to write the markers of a transaction; `markersWritten` tells when all are. They must not survive without what
   * says that it ended, if that is not durable yet.
   */
  sendMarkers(transaction: Transaction, after: Prerequisite | undefined): void;
}
