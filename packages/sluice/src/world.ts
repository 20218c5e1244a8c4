import type { SharePartitionCanary } from '@sluice/coordinator/share-partition/share-partition';
import type { TransactionCanary } from '@sluice/coordinator/transaction/transaction-environment';
import type { Clock } from '@sluice/kernel/clock';
import type { Disk } from '@sluice/kernel/disk';
import type { Network } from '@sluice/kernel/network';
import type { Random } from '@sluice/kernel/random';
import { realClock } from '@sluice/kernel/real/clock';
import { realDisk } from '@sluice/kernel/real/disk';
import { realHostName } from '@sluice/kernel/real/host-name';
import { realNetwork } from '@sluice/kernel/real/network';
import { realRandom } from '@sluice/kernel/real/random';
import { threadCount } from '@sluice/kernel/real/thread-count';
import { createMemoryDisk } from '@sluice/kernel/sim/disk';
import { DEFAULT_JOURNAL_SETTINGS, type JournalSettings } from '@sluice/log/journal/settings';
import { openEmbeddedStore } from '@sluice/metadata/store/embedded-store';
import type { MetadataStore } from '@sluice/metadata/store/metadata-store';

/** All that a broker touches: this machine's, or a simulated one's. */
export interface World {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  readonly network: Network;
  /** What others find this machine by. */
  readonly hostName: string;
  /** The cluster's metadata, kept in this file. */
  openStore(path: string): MetadataStore;
  /** Threads that carry out the disk's operations; left out where none is ever held up. */
  readonly threadCount?: number | undefined;
  /** Where syncs cost something: many logs share them by a journal. */
  readonly journal?: JournalSettings | undefined;
  /** For the tests of the tests only, see `openPartitionLog`. */
  readonly acknowledgesBeforeSync?: boolean;
  readonly transactionCanary?: TransactionCanary | undefined;
  readonly shareCanary?: SharePartitionCanary | undefined;
}

export const realWorld: World = {
  disk: realDisk,
  clock: realClock,
  random: realRandom,
  network: realNetwork,
  hostName: realHostName,
  openStore: (path) => openEmbeddedStore({ path, clock: realClock, disk: realDisk }),
  threadCount: threadCount(),
  journal: DEFAULT_JOURNAL_SETTINGS,
};

/** This machine, but nothing is kept. */
export function memoryWorld(): World {
  return {
    ...realWorld,
    disk: createMemoryDisk(realClock),
    openStore: () => openEmbeddedStore({ path: ':memory:', clock: realClock }),
    threadCount: undefined,
    journal: undefined,
  };
}
