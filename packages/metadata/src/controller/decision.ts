import type { TimestampMs } from '@sluice/kernel/ids';
import type { Random } from '@sluice/kernel/random';
import type { StaticConfig } from '../config/static-config.ts';
import type { ClusterImage } from '../image/cluster-image.ts';
import type { Compare, StoreOp } from '../store/metadata-store.ts';

/** What a decision may look at. */
export interface DecisionContext {
  readonly image: ClusterImage;
  readonly nowMs: TimestampMs;
  readonly random: Random;
  /** The controller's own server.properties: defaults for new topics, and what cross checks need. */
  readonly staticConfig: StaticConfig;
}

/**
 * Operations that belong together. `stage` has no effect on any image until `commit` is there, so it may be split over
 * transactions; `commit` never is. Writes of one decision share a transaction as far as the store's limits allow.
 */
export interface Write {
  readonly stage: readonly StoreOp[];
  readonly commit: readonly StoreOp[];
  /** Beyond the controller's key, which every transaction compares. */
  readonly compare?: readonly Compare[];
}

export interface Decided<Reply> {
  readonly writes: readonly Write[];
  readonly reply: Reply;
}

/** Pure and synchronous: it may run again, on a newer image, when its transaction met a conflict. */
export type Decision<Request, Reply> = (context: DecisionContext, request: Request) => Decided<Reply>;

/** An item's error as the wire has it; 0 and null are success. */
export interface ApiError {
  readonly errorCode: number;
  readonly errorMessage: string | null;
}
