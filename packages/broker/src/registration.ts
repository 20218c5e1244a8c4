import type { Clock, Timer } from '@sluice/kernel/clock';
import type { NodeId, Uuid } from '@sluice/kernel/ids';
import type { Logger } from '@sluice/kernel/logger';
import type { Random } from '@sluice/kernel/random';
import type { Controller } from '@sluice/metadata/controller/controller-types';
import { changeBrokerState, registerBroker } from '@sluice/metadata/controller/register-broker';
import type { BrokerEndpoint, ClusterImage } from '@sluice/metadata/image/cluster-image';
import type { LeaseId, MetadataStore } from '@sluice/metadata/store/metadata-store';
import { ErrorCode } from '@sluice/protocol/generated/errors';

/** The registration vanishes this long after its last renewal (`broker.session.timeout.ms`). */
export interface RegistrationTimes {
  readonly sessionTimeoutMs: number;
  /** `broker.heartbeat.interval.ms` */
  readonly renewIntervalMs: number;
}

export interface RegistrationOptions {
  readonly nodeId: NodeId;
  readonly endpoints: readonly BrokerEndpoint[];
  readonly rack: string | null;
  readonly logDirs: readonly Uuid[];
  readonly store: MetadataStore;
  readonly controller: Controller;
  readonly image: ClusterImage;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly times: RegistrationTimes;
}

export interface Registration {
  /** Revision of the registration, as the image has it; −1 while there is none. */
  readonly epoch: number;
  /** Takes no new leadership from now on. */
  leave(): Promise<void>;
  /** Gives the registration back. */
  close(): Promise<void>;
}

/** Until it is registered again a broker is of no use to anybody: after a stall the controller is back at once. */
const RETRY_WHILE_LOST_MS_MIN = 200;

export class RegistrationRefused extends Error {
  override readonly name = 'RegistrationRefused';
}

/** Keeps this broker known to the cluster: a registration under a lease, renewed in time, made again if it was lost. */
export async function keepRegistered(options: RegistrationOptions): Promise<Registration> {
  const { nodeId, endpoints, rack, logDirs, store, controller, image, clock, random, logger, times } = options;
  const incarnationId = random.uuid();
  let lease: LeaseId = await register();
  let renewal: Timer = clock.setTimer(times.renewIntervalMs, renew);
  let isClosed = false;
  let isLost = false;
  let retryMs = RETRY_WHILE_LOST_MS_MIN;
  let renewing: Promise<void> = Promise.resolve();

  async function register(): Promise<LeaseId> {
    const granted = await store.grantLease(times.sessionTimeoutMs);
    const outcome = await controller.run(registerBroker, {
      brokerId: nodeId,
      incarnationId,
      endpoints,
      rack,
      logDirs,
      lease: granted,
      state: 'running',
    });
    const refusal = outcome.kind === 'refused' ? outcome : outcome.reply;
    if (refusal.errorCode !== ErrorCode.NONE) {
      await store.revokeLease(granted);
      throw new RegistrationRefused(refusal.errorMessage ?? `error ${refusal.errorCode}`);
    }
    return granted;
  }

  function renew(): void {
    renewing = keepAlive()
      .catch((error: unknown) => logger.warn('the registration could not be renewed', { reason: String(error) }))
      .finally(() => {
        if (!isClosed) renewal = clock.setTimer(delayToNext(), renew);
      });
  }

  /** Soon while it is lost; a refusal that stays comes ever less often. */
  function delayToNext(): number {
    if (!isLost) return times.renewIntervalMs;
    const delayMs = Math.min(retryMs, times.renewIntervalMs);
    retryMs *= 2;
    return delayMs;
  }

  async function keepAlive(): Promise<void> {
    if (isClosed || (await store.keepAliveLease(lease)) || isClosed) return;
    if (!isLost) logger.warn('the registration was lost, registering again', { nodeId });
    isLost = true;
    lease = await register();
    isLost = false;
    retryMs = RETRY_WHILE_LOST_MS_MIN;
  }

  const epoch = () => image.brokers.get(nodeId)?.epoch ?? -1;

  return {
    get epoch() {
      return epoch();
    },
    async leave() {
      await controller.run(changeBrokerState, {
        brokerId: nodeId,
        brokerEpoch: epoch(),
        lease,
        state: 'shutting-down',
      });
    },
    async close() {
      isClosed = true;
      renewal.cancel();
      // It may be registering again: that lease would outlive this broker.
      await renewing;
      await store.revokeLease(lease);
    },
  };
}
