import type { BrokerAddress } from '@sluice/client/broker-address';
import { AcknowledgeType, type Acquired, acknowledgementOf } from '@sluice/client/share-consumer/acknowledgement';
import type { MemberLoop } from '@sluice/client/share-consumer/member-loop';
import type { ShareConsumerPorts } from '@sluice/client/share-consumer/options';
import { createShareMember } from '@sluice/client/share-consumer/share-member';
import type { SharedRecord, ShareTaker, ShareTakerHost } from './share-groups.ts';

/** What one fetch asks for at most. */
const RECORDS_MAX = 500;
const SIZE_BYTES_MAX = 10 * 1024 * 1024;
/** How long a broker waits for records: nothing else can be said to it meanwhile. */
const WAIT_MS = 500;
const RETRY_DELAY_MS = 250;

export interface ShareTakerOptions {
  readonly groupId: string;
  readonly topic: string;
  readonly host: ShareTakerHost;
  readonly bootstrap: readonly BrokerAddress[];
  readonly timeoutMs: number;
  readonly ports: ShareConsumerPorts;
}

/** A member of a share group that asks for records only while some are wanted, and never for more than that. */
export function openShareTaker({ groupId, topic, host, bootstrap, timeoutMs, ports }: ShareTakerOptions): ShareTaker {
  const acquired = new WeakMap<SharedRecord, Acquired>();
  let isClosed = false;
  const member = createShareMember(
    {
      clientId: 'sluice-aws-queue',
      groupId,
      bootstrap,
      rackId: null,
      timeoutMs,
      retryDelayMs: RETRY_DELAY_MS,
      allowAutoTopicCreation: false,
      takes: (_topic, partition) => host.takes(partition),
    },
    ports.random.uuid(),
    ports,
    { onJoined() {}, onLeft() {}, onFenced() {}, onAssigned() {}, onFailure() {}, onAcknowledged() {} },
  );
  const loop: MemberLoop = {
    get settings() {
      return {
        fetch: {
          acquireMode: 'record_limit' as const,
          recordCountMax: Math.min(Math.max(host.wanted(), 1), RECORDS_MAX),
          sizeBytesMin: 1,
          sizeBytesMax: SIZE_BYTES_MAX,
          maxWaitMs: WAIT_MS,
        },
        acknowledgeWaitMs: 0,
      };
    },
    get isWaiting() {
      return !isClosed && host.wanted() > 0;
    },
    push(records) {
      host.onRecords(records.map(sharedRecordOf));
    },
    // What a lost session had goes to others; what is said of it later is refused.
    purge() {},
    keepOnly() {},
    acceptHanded() {},
    end(error) {
      if (!isClosed) host.onEnded(error);
    },
  };
  member.setLoop(loop);
  member.join([topic]).catch((error: unknown) => {
    if (!isClosed) host.onEnded(error);
  });

  function sharedRecordOf(each: Acquired): SharedRecord {
    const record = { topicId: each.place.topicId, partition: each.place.partition, record: each.record };
    acquired.set(record, each);
    return record;
  }

  /** Whether it counts. */
  function say(record: SharedRecord, type: AcknowledgeType): Promise<boolean> {
    const known = acquired.get(record);
    if (known === undefined || isClosed) return Promise.resolve(false);
    return new Promise((resolve) => {
      const said = acknowledgementOf(known, type, false);
      said.listeners.push((error) => resolve(error === undefined));
      known.said = said;
      member.say(said);
    });
  }

  return {
    wake: member.wake,
    refresh() {
      // A new list, so that the group is told all once more.
      if (!isClosed) member.join([topic]).catch(() => {});
    },
    async accept(records) {
      const counts = await Promise.all(records.map((record) => say(record, AcknowledgeType.ACCEPT)));
      return new Set(records.filter((_, index) => counts[index] === true));
    },
    release(records) {
      for (const record of records) void say(record, AcknowledgeType.RELEASE);
    },
    async close() {
      isClosed = true;
      await member.close().catch(() => {});
    },
  };
}
