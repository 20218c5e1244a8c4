import type { Logger } from '@sluice/kernel/logger';

/**
 * What the members of all classic groups of a broker say of themselves, together: it is kept as long as they are there.
 * Kafka has no such limit, and ends when its memory does.
 */
export const HELD_METADATA_SIZE_BYTES_MAX = 256 * 1024 * 1024;

/** What one shard holds of it. */
export interface HeldMetadata {
  /** Whether so much more may be held. What is less than before always may. */
  hasRoomFor(sizeBytes: number): boolean;
  /** So much more, or less. */
  change(bySizeBytes: number): void;
  /** The shard is gone, with all that it held. */
  release(): void;
}

export interface HeldMetadataBudget {
  readonly sizeBytes: number;
  ofShard(): HeldMetadata;
}

export function createHeldMetadata(
  logger: Logger,
  sizeBytesMax: number = HELD_METADATA_SIZE_BYTES_MAX,
): HeldMetadataBudget {
  let totalSizeBytes = 0;
  let isTold = false;

  function hasRoomFor(sizeBytes: number): boolean {
    const hasRoom = sizeBytes <= 0 || totalSizeBytes + sizeBytes <= sizeBytesMax;
    if (!hasRoom && !isTold) {
      isTold = true;
      logger.warn('the members of classic groups hold as much as they may: others cannot join', { sizeBytesMax });
    }
    return hasRoom;
  }

  return {
    get sizeBytes() {
      return totalSizeBytes;
    },
    ofShard() {
      let ownSizeBytes = 0;
      const change = (bySizeBytes: number) => {
        ownSizeBytes += bySizeBytes;
        totalSizeBytes += bySizeBytes;
        // It is told again only if it was better for a while.
        if (totalSizeBytes < sizeBytesMax / 2) isTold = false;
      };
      return { hasRoomFor, change, release: () => change(-ownSizeBytes) };
    },
  };
}
