import { GROUP_METADATA_TOPIC } from '@sluice/coordinator/group/create-group-coordinator';
import type { TransactionCoordinator } from '@sluice/coordinator/transaction/transaction-coordinator';
import type { Clock } from '@sluice/kernel/clock';
import type { Prerequisite } from '@sluice/log/prerequisite';
import { NO_VERIFICATION, type VerificationGuard } from '@sluice/log/verifications';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { TxnOffsetCommitRequest } from '@sluice/protocol/generated/messages/txn-offset-commit-request';
import { NO_SEQUENCE } from '@sluice/protocol/records/batch-header';
import { checkUsable, isHosted, type Partitions } from '../partitions/hosted-partition.ts';
import type { BrokerTransactionSettings } from './transaction-settings.ts';
import { askCoordinator, isAsked, supportOfTxnOffsetCommit } from './write-permission.ts';

/** The guard for the group's partition, or why the producer may not write there. */
export type CommitPermission =
  | { readonly verification: VerificationGuard | undefined; readonly after?: Prerequisite | undefined }
  | { readonly errorCode: number };

export interface CommitPermissionsOptions {
  readonly partitions: Partitions;
  readonly transactions: Pick<TransactionCoordinator, 'addPartitionsForWrite' | 'verifyPartitions'>;
  readonly clock: Clock;
  settings(): Pick<BrokerTransactionSettings, 'verifiesPartitions'>;
  /** The partition of `__consumer_offsets` that the group is in. */
  partitionOf(groupId: string): number;
}

export type AskCommitPermission = (request: TxnOffsetCommitRequest, apiVersion: number) => Promise<CommitPermission>;

/** Asks the transaction's coordinator whether the group's partition is in the transaction, or now comes in. */
export function createCommitPermissions(options: CommitPermissionsOptions): AskCommitPermission {
  const { partitions, transactions, clock, settings, partitionOf } = options;
  return async ({ transactionalId, groupId, producerId, producerEpoch }, apiVersion) => {
    const support = supportOfTxnOffsetCommit(apiVersion);
    if (!isAsked(support, settings())) return { verification: undefined };
    const partition = partitionOf(groupId);
    const lookup = checkUsable(partitions.byName(GROUP_METADATA_TOPIC, partition), -1);
    if (!isHosted(lookup)) return { errorCode: ErrorCode.NOT_COORDINATOR };
    const { log } = lookup;
    const batch = { producerId, producerEpoch, baseSequence: NO_SEQUENCE };
    const asked = new Map([[GROUP_METADATA_TOPIC, new Set([partition])]]);
    const write = { transactionalId, producerId, producerEpoch, partitions: asked };
    let after: Prerequisite | undefined;
    for (let guardAsked: VerificationGuard | undefined; ; ) {
      const started = log.startVerification(batch, support === 'adds', clock.now());
      if (started.kind === 'not-needed') return { verification: NO_VERIFICATION };
      if (started.kind === 'refused') return { errorCode: started.errorCode };
      const { guard } = started;
      if (guard === guardAsked) return { verification: guard, after };
      const answer = await askCoordinator(transactions, write, support, [log]);
      after = answer.after;
      const errorCode = answer.errorCodeOf(GROUP_METADATA_TOPIC, partition);
      if (errorCode !== ErrorCode.NONE) return { errorCode };
      if (support !== 'adds') return { verification: guard };
      // Whoever waits for the end of the transaction before sees its marker come, and the guard is worth nothing then.
      guardAsked = guard;
    }
  };
}
