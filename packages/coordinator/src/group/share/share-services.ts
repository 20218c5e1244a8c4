import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { ShareStateStore } from '../../share/share-coordinator.ts';
import type { EndOffsetOf } from './describe-share-offsets.ts';

/** What share groups need besides their shard. */
export interface ShareGroupServices {
  readonly store: ShareStateStore;
  readonly endOffsetOf: EndOffsetOf;
}

const nobody = async () => ({ errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE, message: null });

/** Where nobody keeps share state. */
export const NO_SHARE_STATE: ShareGroupServices = {
  store: { initialize: nobody, read: nobody, write: nobody, readSummary: nobody, delete: nobody },
  endOffsetOf: nobody,
};
