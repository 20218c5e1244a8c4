import type { Acquired } from './acknowledgement.ts';
import type { ShareConsumerError } from './errors.ts';
import type { FetchSettings } from './share-requests.ts';

/** The loop that a member's messages go to. */
export interface MemberLoop {
  readonly settings: {
    readonly fetch: FetchSettings;
    readonly acknowledgeWaitMs: number;
  };
  readonly isWaiting: boolean;
  push(acquired: readonly Acquired[]): void;
  purge(): void;
  keepOnly(isKept: (acquired: Acquired) => boolean): void;
  acceptHanded(): void;
  end(error?: ShareConsumerError): void;
}
