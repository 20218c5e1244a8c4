import type { Clock } from '@sluice/kernel/clock';
import type { NodeId } from '@sluice/kernel/ids';
import type { Broker } from '../broker.ts';
import type { BrokerAddress } from '../broker-address.ts';
import { ClientError } from '../client-error.ts';
import { type Acknowledgement, AcknowledgeType, type Acquired, acknowledgementOf } from './acknowledgement.ts';
import type { AssignedPartitions } from './assigned-partitions.ts';
import type { Beginning } from './beginning.ts';
import { NetworkError, type ShareConsumerError } from './errors.ts';
import type { MemberLoop } from './member-loop.ts';
import { createNodeSession, type NodeSession } from './node-session.ts';
import type { SessionHost } from './session-host.ts';
import { createSessionTable, type SessionTable } from './session-table.ts';
import type { MemberSettings } from './settings.ts';

export interface MemberSessionsOptions {
  readonly settings: Pick<MemberSettings, 'groupId' | 'timeoutMs' | 'retryDelayMs'>;
  readonly memberId: string;
  readonly clock: Clock;
  readonly partitions: AssignedPartitions;
  readonly beginning: Beginning;
  open(address: BrokerAddress): Promise<Broker>;
  /** The one that messages go to now. */
  loop(): MemberLoop | undefined;
  say(acknowledgement: Acknowledgement): void;
  onSettled(acknowledgements: readonly Acknowledgement[], error: ShareConsumerError | undefined): void;
  /** Somebody else leads a partition, or a broker is away. */
  onOutdated(): void;
  onFailure(error: ShareConsumerError, isFatal: boolean): void;
}

/** A member's sessions with the brokers that lead its partitions: who fetches what and when, and where that goes. */
export interface MemberSessions extends Omit<SessionTable, 'assign' | 'hasTurn'> {
  /** Each partition to its leader; what was acquired from another is no longer this member's. */
  spread(): void;
}

export function createMemberSessions(options: MemberSessionsOptions): MemberSessions {
  const { settings, memberId, clock, partitions, beginning, loop: loopNow } = options;
  const { groupId, timeoutMs, retryDelayMs } = settings;
  const sessions = createSessionTable(openSession);

  function openSession(nodeId: NodeId): NodeSession {
    const host: SessionHost = {
      fetchSettings(places) {
        const loop = loopNow();
        if (loop === undefined) return undefined;
        const { fetch } = loop.settings;
        const isLimited = fetch.acquireMode === 'record_limit';
        const mustBegin = beginning.isAwaited && (isLimited || !beginning.isOver(places));
        if (!loop.isWaiting && !mustBegin) return undefined;
        if (isLimited && !sessions.hasTurn(session)) return undefined;
        return beginning.settingsFor(places, fetch);
      },
      acknowledgeWaitMs: () => loopNow()?.settings.acknowledgeWaitMs ?? 0,
      onFetched: beginning.onFetched,
      onAcquired(acquired) {
        const loop = loopNow();
        if (loop === undefined) {
          release(acquired);
          return;
        }
        loop.push(acquired);
        // No more may be asked for.
        if (loop.settings.fetch.acquireMode === 'record_limit') beginning.end();
      },
      onSettled: options.onSettled,
      onLost() {
        loopNow()?.purge();
        queueMicrotask(sessions.wake);
      },
      onStale(place, leader, endpoints) {
        if (leader !== undefined && partitions.onLeader(place, leader, endpoints)) spread();
        else options.onOutdated();
      },
      onFailure(error, isFatal) {
        options.onFailure(error, isFatal);
        if (error instanceof NetworkError) options.onOutdated();
      },
      onFree() {
        if (loopNow()?.settings.fetch.acquireMode === 'record_limit') queueMicrotask(sessions.wake);
      },
    };
    const session = createNodeSession({
      groupId,
      memberId,
      clock,
      timeoutMs,
      retryDelayMs,
      async dial() {
        const address = partitions.addressOf(nodeId);
        if (address !== undefined) return await options.open(address);
        throw new ClientError('no-such-address', '', `the cluster names no broker ${nodeId}`);
      },
      host,
    });
    return session;
  }

  function release(acquired: readonly Acquired[]): void {
    for (const each of acquired) options.say(acknowledgementOf(each, AcknowledgeType.RELEASE, false));
  }

  function spread(): void {
    sessions.assign(partitions.byLeader());
    loopNow()?.keepOnly(({ place, from }) => {
      const leader = partitions.leaderOf(place);
      return partitions.has(place) && leader !== undefined && sessions.get(leader) === from;
    });
    beginning.check();
  }

  return {
    get all() {
      return sessions.all;
    },
    get: sessions.get,
    wake: sessions.wake,
    flush: sessions.flush,
    spread,
  };
}
