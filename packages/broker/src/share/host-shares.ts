import type { Persister } from '@sluice/coordinator/share/persister';
import type { SharePartitionCanary } from '@sluice/coordinator/share-partition/share-partition';
import type { Clock } from '@sluice/kernel/clock';
import type { Logger } from '@sluice/kernel/logger';
import type { StaticConfig } from '@sluice/metadata/config/static-config';
import type { ClusterImage } from '@sluice/metadata/image/cluster-image';
import type { LeadershipListener } from '../partitions/leadership.ts';
import { createSharePartitions, type SharePartitions } from './share-partitions.ts';
import { createShareSessionCache } from './share-session-cache.ts';
import { createShareSessions, type ShareSessions } from './share-sessions.ts';
import { createShareSettings, type ShareSettings } from './share-settings.ts';

export interface HostSharesOptions {
  readonly image: ClusterImage;
  readonly staticConfig: StaticConfig;
  readonly persister: Persister;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly canary?: SharePartitionCanary | undefined;
}

/** What share groups do with the partitions that this broker leads. */
export interface HostedShares {
  readonly shares: SharePartitions;
  readonly sessions: ShareSessions;
  readonly settings: ShareSettings;
  readonly leadership: LeadershipListener;
  /** After the last request: nobody is let go any more. */
  close(): void;
}

export function hostShares({ image, staticConfig, ...rest }: HostSharesOptions): HostedShares {
  const settings = createShareSettings(image, staticConfig);
  const shares = createSharePartitions({ settings, ...rest });
  return {
    shares,
    sessions: createShareSessions(createShareSessionCache(settings.sessionCountMax), shares),
    settings,
    // In a new leader epoch a share partition is loaded again when it is asked for.
    leadership: { onElected() {}, onResigned: shares.onResigned },
    close: shares.close,
  };
}
