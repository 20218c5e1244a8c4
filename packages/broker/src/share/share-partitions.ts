import type { Persister, ReadShareState, SharePartitionKey } from '@sluice/coordinator/share/persister';
import { createSharePartition, type SharePartitionCanary } from '@sluice/coordinator/share-partition/share-partition';
import type { Clock } from '@sluice/kernel/clock';
import type { Offset, Uuid } from '@sluice/kernel/ids';
import type { Logger } from '@sluice/kernel/logger';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { HostedPartition } from '../partitions/hosted-partition.ts';
import { createLiveSharePartition, type LiveSharePartition } from './live-share-partition.ts';
import { resetOffset } from './offset-reset.ts';
import { type ShareOutcome, shareErrorOf } from './share-outcome.ts';
import { partitionKey } from './share-session.ts';
import type { ShareSettings } from './share-settings.ts';

export type OpenedShare = LiveSharePartition | ShareOutcome;

/** The share partitions of the partitions that this broker leads, for the groups that have sessions here. */
export interface SharePartitions {
  /** Loaded at the first need. A promise only then. */
  open(groupId: string, hosted: HostedPartition): OpenedShare | Promise<OpenedShare>;
  /** If it is loaded. */
  get(groupId: string, topicId: Uuid, partition: number): LiveSharePartition | undefined;
  /** Nobody of the group is here any more: lets all go. */
  forgetGroup(groupId: string): void;
  /** This broker leads the partition no more, or it is gone. */
  onResigned(topic: string, partition: number): void;
  close(): void;
}

export interface SharePartitionsOptions {
  readonly persister: Persister;
  readonly settings: ShareSettings;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly canary?: SharePartitionCanary | undefined;
}

/** The start offset that the share coordinator does not know yet. */
const UNKNOWN_START: Offset = -1;

interface Loading {
  readonly groupId: string;
  /** Nobody has forgotten it since it was asked for last. */
  isWanted: boolean;
  readonly opened: Promise<OpenedShare>;
}

function loadingKeyOf(key: SharePartitionKey): string {
  return `${partitionKey(key)} ${key.groupId}`;
}

export function isLive(opened: OpenedShare): opened is LiveSharePartition {
  return 'state' in opened;
}

export function createSharePartitions(options: SharePartitionsOptions): SharePartitions {
  const { persister, settings, clock, logger, canary } = options;
  const byGroup = new Map<string, Map<string, LiveSharePartition>>();
  const loading = new Map<string, Loading>();

  function find({ groupId, topicId, partition }: SharePartitionKey): LiveSharePartition | undefined {
    return byGroup.get(groupId)?.get(partitionKey({ topicId, partition }));
  }

  function add(live: LiveSharePartition): void {
    const { groupId } = live.key;
    const ofGroup = byGroup.get(groupId) ?? new Map<string, LiveSharePartition>();
    byGroup.set(groupId, ofGroup.set(partitionKey(live.key), live));
  }

  function remove({ key }: LiveSharePartition): void {
    const ofGroup = byGroup.get(key.groupId);
    ofGroup?.delete(partitionKey(key));
    if (ofGroup?.size === 0) byGroup.delete(key.groupId);
  }

  async function load(key: SharePartitionKey, hosted: HostedPartition): Promise<OpenedShare> {
    const { leaderEpoch } = hosted;
    const read = await persister.read(key, leaderEpoch);
    if (!('response' in read)) return failed(key, shareErrorOf(read));
    const begun = await beginAt(key, hosted, read.response);
    if (typeof begun !== 'number') return failed(key, begun);
    const { stateEpoch, stateBatches } = read.response;
    const state = createSharePartition({
      leaderEpoch,
      stateEpoch,
      startOffset: begun,
      stateBatches,
      settings: () => settings.ofGroup(key.groupId),
      canary,
    });
    if (state === undefined) {
      return failed(key, { errorCode: ErrorCode.UNKNOWN_SERVER_ERROR, message: 'The state that was kept cannot be.' });
    }
    if (hosted.leaderEpoch !== leaderEpoch) return { errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER, message: null };
    const live: LiveSharePartition = createLiveSharePartition({
      key,
      hosted,
      state,
      persister,
      clock,
      settings: () => settings.ofGroup(key.groupId),
      onDropped: () => remove(live),
    });
    return live;
  }

  function begin(key: SharePartitionKey, hosted: HostedPartition): Loading {
    const loadingKey = loadingKeyOf(key);
    const begun: Loading = { groupId: key.groupId, isWanted: true, opened: loadAndAdd() };
    async function loadAndAdd(): Promise<OpenedShare> {
      try {
        const opened = await load(key, hosted);
        if (!isLive(opened)) return opened;
        if (begun.isWanted) add(opened);
        else opened.drop();
        return opened;
      } finally {
        loading.delete(loadingKey);
      }
    }
    loading.set(loadingKey, begun);
    return begun;
  }

  /** Where the group begins is written before anything is delivered: else a crash would let it begin behind that. */
  async function beginAt(
    key: SharePartitionKey,
    hosted: HostedPartition,
    { stateEpoch, startOffset }: ReadShareState,
  ): Promise<Offset | ShareOutcome> {
    if (startOffset !== UNKNOWN_START) return startOffset;
    const { leaderEpoch, log } = hosted;
    let first: Offset;
    try {
      first = await resetOffset(log, settings.ofGroup(key.groupId).offsetReset, clock.now());
    } catch (error) {
      return { errorCode: ErrorCode.KAFKA_STORAGE_ERROR, message: error instanceof Error ? error.message : null };
    }
    const state = { stateEpoch, leaderEpoch, startOffset: first, deliveryCompleteCount: 0, stateBatches: [] };
    const result = await persister.write(key, state);
    return 'response' in result ? first : shareErrorOf(result);
  }

  function failed(key: SharePartitionKey, outcome: ShareOutcome): ShareOutcome {
    const { errorCode, message } = outcome;
    logger.warn('a share partition cannot be loaded', { ...key, errorCode, reason: message ?? undefined });
    return outcome;
  }

  return {
    open(groupId, hosted) {
      const { topicId, partition } = hosted;
      const key = { groupId, topicId, partition };
      const known = find(key);
      if (known !== undefined) {
        if (known.hosted === hosted && known.leaderEpoch === hosted.leaderEpoch) return known;
        known.drop();
      }
      const begun = loading.get(loadingKeyOf(key)) ?? begin(key, hosted);
      begun.isWanted = true;
      return begun.opened;
    },
    get: (groupId, topicId, partition) => find({ groupId, topicId, partition }),
    forgetGroup(groupId) {
      for (const begun of loading.values()) if (begun.groupId === groupId) begun.isWanted = false;
      for (const live of [...(byGroup.get(groupId)?.values() ?? [])]) {
        void live.release();
        live.drop();
      }
    },
    onResigned(topic, partition) {
      for (const ofGroup of [...byGroup.values()]) {
        for (const live of [...ofGroup.values()]) {
          if (live.hosted.topic === topic && live.hosted.partition === partition) live.drop();
        }
      }
    },
    close() {
      for (const ofGroup of [...byGroup.values()]) for (const live of [...ofGroup.values()]) live.drop();
    },
  };
}
