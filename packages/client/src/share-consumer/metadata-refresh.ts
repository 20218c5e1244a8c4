import type { MetadataResponse } from '@sluice/protocol/generated/messages/metadata-response';
import type { Cluster } from '../cluster.ts';
import { isTransient } from '../retry.ts';
import type { Pauses } from './pauses.ts';

export interface MetadataRefreshOptions {
  readonly cluster: Cluster;
  readonly pauses: Pauses;
  readonly retryDelayMs: number;
  topics(): readonly string[];
  /** Tells whether that was enough. */
  onMetadata(response: MetadataResponse): boolean;
  onFailure(error: unknown, isFatal: boolean): void;
}

/** Asks who leads what, until it is known. */
export interface MetadataRefresh {
  /** Asks now, or once more after what is under way. */
  start(): void;
  stop(): void;
}

export function createMetadataRefresh(options: MetadataRefreshOptions): MetadataRefresh {
  const { cluster, pauses, retryDelayMs } = options;
  let isWanted = false;
  let isRunning = false;
  let isStopped = false;

  async function run(): Promise<void> {
    isRunning = true;
    while (isWanted && !isStopped) {
      isWanted = false;
      if (!(await ask())) {
        isWanted = true;
        await pauses.pause(retryDelayMs);
      }
    }
    isRunning = false;
  }

  async function ask(): Promise<boolean> {
    try {
      return options.onMetadata(await cluster.metadata(options.topics()));
    } catch (error) {
      if (isStopped) return true;
      options.onFailure(error, !isTransient(error));
      return !isTransient(error);
    }
  }

  return {
    start() {
      isWanted = true;
      if (!isRunning) void run();
    },
    stop() {
      isStopped = true;
    },
  };
}
