import type { Clock, Timer } from '@sluice/kernel/clock';
import type { NodeId } from '@sluice/kernel/ids';
import type { Logger } from '@sluice/kernel/logger';
import type { ImageFollower } from '../image/follow.ts';
import { controllerKey } from '../image/keys.ts';
import { encodeController } from '../image/values.ts';
import type { LeaseId, MetadataStore, Revision } from '../store/metadata-store.ts';

export interface TenureOptions {
  readonly nodeId: NodeId;
  readonly store: MetadataStore;
  readonly follower: ImageFollower;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The controller's key outlives its last renewal by this. */
  readonly leaseTtlMs: number;
}

/** This broker's hold on the controller's key. */
export interface Tenure {
  /** The revision that made the key for us; `undefined` while we do not hold it, or may have lost it by our own clock. */
  readonly revision: Revision | undefined;
  /** We learnt that the key is not ours any more: try again when it is free. */
  lost(): void;
  close(): Promise<void>;
}

/** Renewals within the life of the lease. */
const RENEWALS_PER_TTL = 3;
const RETRY_MS = 1_000;

/** Takes the key whenever nobody has it. The first attempt is over when this settles. */
export async function holdTenure(options: TenureOptions): Promise<Tenure> {
  const { nodeId, store, follower, clock, logger, leaseTtlMs } = options;
  let held: { readonly lease: LeaseId; readonly revision: Revision } | undefined;
  let expiresAtMs = 0;
  let timer: Timer | undefined;
  let isClosed = false;
  let isCampaigning = false;

  const stopWatching = follower.onDelta((delta) => {
    if (!delta.controllerChanged) return;
    if (held !== undefined && follower.controllerRevision !== held.revision) lost();
    else if (follower.controllerRevision === 0) void campaign();
  });
  await campaign();

  async function campaign(): Promise<void> {
    if (isClosed || isCampaigning || held !== undefined || follower.controllerRevision !== 0) return;
    isCampaigning = true;
    try {
      await tryToTake();
    } catch (error) {
      logger.warn('the controller key could not be taken', { reason: String(error) });
    } finally {
      isCampaigning = false;
    }
    // It failed, or the key came and went meanwhile.
    if (held === undefined && follower.controllerRevision === 0) later(RETRY_MS, campaign);
  }

  async function tryToTake(): Promise<void> {
    const startedAtMs = clock.monotonicMs();
    const lease = await store.grantLease(leaseTtlMs);
    const { succeeded, revision } = await store.txn({
      compare: [{ key: controllerKey, createRevision: 0 }],
      success: [{ kind: 'put', key: controllerKey, value: encodeController({ brokerId: nodeId }), lease }],
    });
    if (!succeeded || isClosed) {
      await store.revokeLease(lease);
      return;
    }
    held = { lease, revision };
    expiresAtMs = startedAtMs + leaseTtlMs;
    await follower.reached(revision);
    logger.info('this broker is the controller', { nodeId, revision });
    later(leaseTtlMs / RENEWALS_PER_TTL, renew);
  }

  async function renew(): Promise<void> {
    const current = held;
    if (current === undefined || isClosed) return;
    const sentAtMs = clock.monotonicMs();
    try {
      if (await store.keepAliveLease(current.lease)) expiresAtMs = sentAtMs + leaseTtlMs;
      else if (held === current) lost();
    } catch (error) {
      logger.warn('the controller key could not be renewed', { reason: String(error) });
    }
    if (held === current) later(leaseTtlMs / RENEWALS_PER_TTL, renew);
  }

  function lost(): void {
    if (held === undefined) return;
    logger.warn('this broker is no longer the controller', { nodeId });
    const { lease } = held;
    held = undefined;
    timer?.cancel();
    // The key may still be there, under our lease, if only an answer was lost.
    store.revokeLease(lease).then(campaign, () => later(RETRY_MS, campaign));
  }

  function later(delayMs: number, action: () => Promise<void>): void {
    timer?.cancel();
    if (!isClosed) timer = clock.setTimer(delayMs, () => void action());
  }

  return {
    get revision() {
      return held !== undefined && clock.monotonicMs() < expiresAtMs ? held.revision : undefined;
    },
    lost,
    async close() {
      if (isClosed) return;
      isClosed = true;
      timer?.cancel();
      stopWatching();
      const lease = held?.lease;
      held = undefined;
      if (lease === undefined) return;
      try {
        await store.revokeLease(lease);
      } catch (error) {
        // It ends by itself.
        logger.warn('the controller key could not be given back', { reason: String(error) });
      }
    },
  };
}
