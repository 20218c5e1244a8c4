import type { NextProducerId } from '@sluice/coordinator/producer-id-source';
import {
  createTransactionCoordinator,
  TRANSACTION_STATE_TOPIC,
} from '@sluice/coordinator/transaction/create-transaction-coordinator';
import type { WriteMarkers } from '@sluice/coordinator/transaction/marker-sender';
import type { TransactionCoordinator } from '@sluice/coordinator/transaction/transaction-coordinator';
import type { TransactionCanary } from '@sluice/coordinator/transaction/transaction-environment';
import type { Clock } from '@sluice/kernel/clock';
import type { Logger } from '@sluice/kernel/logger';
import { brokerNumber, brokerValues } from '@sluice/metadata/config/broker-values';
import { logConfigOf } from '@sluice/metadata/config/log-config';
import type { StaticConfig } from '@sluice/metadata/config/static-config';
import type { ClusterImage } from '@sluice/metadata/image/cluster-image';
import type { LeadershipListener } from '../partitions/leadership.ts';
import { perRevision } from '../per-revision.ts';
import { type BrokerTransactionSettings, createTransactionSettings } from './transaction-settings.ts';

export interface HostTransactionsOptions {
  readonly image: ClusterImage;
  readonly staticConfig: StaticConfig;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly nextProducerId: NextProducerId;
  readonly writeMarkers: WriteMarkers;
  readonly canary?: TransactionCanary | undefined;
}

/** The transaction coordinator, tied to what this broker leads and knows. */
export interface HostedTransactions {
  readonly coordinator: TransactionCoordinator;
  settings(): BrokerTransactionSettings;
  readonly leadership: LeadershipListener;
}

export function hostTransactions(options: HostTransactionsOptions): HostedTransactions {
  const { image, staticConfig, clock, logger, nextProducerId, writeMarkers } = options;
  const settings = createTransactionSettings(image, staticConfig);
  const coordinator = createTransactionCoordinator({
    clock,
    logger,
    settings,
    nextProducerId,
    writeMarkers,
    canary: options.canary,
    partitionCount: () =>
      image.topicsByName.get(TRANSACTION_STATE_TOPIC)?.partitions.length ??
      brokerNumber(brokerValues(image, staticConfig), 'transaction.state.log.num.partitions'),
    batchSizeBytesMax: perRevision(
      image,
      () => logConfigOf(image, staticConfig, TRANSACTION_STATE_TOPIC).maxMessageSizeBytes,
    ),
  });
  return {
    coordinator,
    settings,
    leadership: {
      onElected({ topic, partition, log, leaderEpoch }) {
        if (topic === TRANSACTION_STATE_TOPIC) coordinator.onElected(partition, log, leaderEpoch);
      },
      onResigned(topic, partition) {
        if (topic === TRANSACTION_STATE_TOPIC) coordinator.onResigned(partition);
      },
    },
  };
}
