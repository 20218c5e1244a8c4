import type { TransactionSettings } from '@sluice/coordinator/transaction/transaction-environment';
import { brokerFlag, brokerNumber, brokerValues } from '@sluice/metadata/config/broker-values';
import type { StaticConfig } from '@sluice/metadata/config/static-config';
import type { ClusterImage } from '@sluice/metadata/image/cluster-image';
import { perRevision } from '../per-revision.ts';

export interface BrokerTransactionSettings extends TransactionSettings {
  /** `transaction.partition.verification.enable` (KIP-890) */
  readonly verifiesPartitions: boolean;
}

/** Kafka's transaction settings, read again when the image has moved. */
export function createTransactionSettings(
  image: ClusterImage,
  staticConfig: StaticConfig,
): () => BrokerTransactionSettings {
  return perRevision(image, () => {
    const values = brokerValues(image, staticConfig);
    const level = image.features.get('transaction.version') ?? 0;
    return {
      timeoutMsMax: brokerNumber(values, 'transaction.max.timeout.ms'),
      idExpirationMs: brokerNumber(values, 'transactional.id.expiration.ms'),
      idExpirationCheckIntervalMs: brokerNumber(values, 'transaction.remove.expired.transaction.cleanup.interval.ms'),
      isTwoPhaseCommitEnabled: brokerFlag(values, 'transaction.two.phase.commit.enable'),
      serverVersion: level >= 2 ? 2 : level === 1 ? 1 : 0,
      verifiesPartitions: brokerFlag(values, 'transaction.partition.verification.enable'),
    };
  });
}
