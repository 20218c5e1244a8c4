import type { Clock } from '@sluice/kernel/clock';
import type { LeaderIdAndEpoch, NodeEndpoint } from '@sluice/protocol/generated/messages/share-fetch-response';
import type { Broker } from '../broker.ts';
import type { Acknowledgement, Acquired, SharedPartition } from './acknowledgement.ts';
import type { ShareConsumerError } from './errors.ts';
import type { FetchSettings } from './share-requests.ts';

/** What a session with one broker asks of the member that it belongs to, and tells it. */
export interface SessionHost {
  /** How to fetch these, while somebody waits for messages of this broker. */
  fetchSettings(places: ReadonlyMap<string, SharedPartition>): FetchSettings | undefined;
  /** A fetch of those was answered, and what the answer names. */
  onFetched(
    asked: ReadonlyMap<string, SharedPartition>,
    answered: ReadonlyMap<string, { readonly errorCode: number }>,
  ): void;
  acknowledgeWaitMs(): number;
  onAcquired(acquired: readonly Acquired[]): void;
  /** Undefined: it counts. */
  onSettled(acknowledgements: readonly Acknowledgement[], error: ShareConsumerError | undefined): void;
  /** What was acquired from this broker is no longer this member's. */
  onLost(): void;
  /** A partition cannot be used here; perhaps it is said where it can. */
  onStale(place: SharedPartition, leader: LeaderIdAndEpoch | undefined, endpoints: readonly NodeEndpoint[]): void;
  /** It goes on after a while, unless it is fatal. */
  onFailure(error: ShareConsumerError, isFatal: boolean): void;
  /** A request was answered. */
  onFree(): void;
}

export interface NodeSessionOptions {
  readonly groupId: string;
  readonly memberId: string;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly retryDelayMs: number;
  readonly dial: () => Promise<Broker>;
  readonly host: SessionHost;
}
