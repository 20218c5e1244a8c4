import { Admin, Consumer, type MessagesStream } from '@platformatic/kafka';
import type { Check, Fault } from '../runner/contract.ts';
import { createNotes, type GroupMember, type JoinRequest, place } from './group-notes.ts';
import { createChecks, expect, type Request } from './serve.ts';

type Common = {
  readonly clientId: string;
  readonly bootstrapBrokers: string[];
  readonly retries?: number;
  readonly retryDelay?: number;
};
type Position = { topic: string; partition: number; offset: bigint; leaderEpoch: number };

export async function joinGroup(
  common: Common,
  faultOf: (cause: unknown) => Fault,
  wanted: JoinRequest,
): Promise<GroupMember> {
  const notes = createNotes();
  const { group, topics, protocol, assignor, instanceId, commit = 'sync', sessionTimeoutMs = 10_000 } = wanted;
  const classic = {
    sessionTimeout: sessionTimeoutMs,
    rebalanceTimeout: Math.max(10_000, sessionTimeoutMs),
    heartbeatInterval: Math.min(500, sessionTimeoutMs / 3),
    protocols: [{ name: assignor ?? 'roundrobin', version: 1 }],
  };
  const consumer = new Consumer({
    ...common,
    groupId: group,
    ...(instanceId === undefined ? {} : { groupInstanceId: instanceId }),
    ...(protocol === 'consumer'
      ? { groupProtocol: 'consumer', ...(assignor === undefined ? {} : { groupRemoteAssignor: assignor }) }
      : classic),
    metadataMaxAge: 2_000,
  });
  const places = () =>
    (consumer.assignments ?? []).flatMap(({ topic, partitions }) => partitions.map((one) => place(topic, one)));
  const isEager = protocol === 'classic' && assignor !== 'cooperative-sticky';
  consumer.on('consumer:group:join', () => notes.has(places(), isEager));
  consumer.on('consumer:group:rebalance', () => notes.has(isEager ? [] : places(), isEager));
  consumer.on('error', (cause) => notes.failed(faultOf(cause)));

  let stream: MessagesStream<Buffer, Buffer, Buffer, Buffer> | undefined;
  const positions = new Map<string, Position>();
  let committing: Promise<void> | undefined;
  /** Commits what has come until now, one commit at a time. */
  const commitAll = async () => {
    while (positions.size > 0) {
      const offsets = [...positions.values()];
      positions.clear();
      try {
        await consumer.commit({ offsets });
        for (const { topic, partition, offset } of offsets)
          notes.note('committed', place(topic, partition), Number(offset));
      } catch (cause) {
        notes.failed(faultOf(cause));
      }
    }
    committing = undefined;
  };
  const start = async () => {
    const autocommit = commit === 'auto' ? 500 : false;
    stream = await consumer.consume({
      topics: [...topics],
      mode: 'committed',
      fallbackMode: 'earliest',
      autocommit,
      maxWaitTime: 100,
    });
    stream.on('error', (cause) => notes.ended(faultOf(cause)));
    stream.on('data', ({ topic, partition, offset, value, leaderEpoch }) => {
      notes.note('took', place(topic, partition), Number(offset), Number(value));
      if (commit === 'none' || commit === 'auto') return;
      positions.set(place(topic, partition), { topic, partition, offset: offset + 1n, leaderEpoch });
      committing ??= Promise.resolve().then(commitAll);
    });
  };
  start().catch((cause) => notes.ended(faultOf(cause)));
  const look = notes.look;
  return {
    notes: {
      ...notes,
      look() {
        notes.has(places(), false);
        return look();
      },
    },
    async tell({ what, topic, partition, offset }: Request) {
      if (what === 'pause') stream?.pause();
      else if (what === 'resume') stream?.resume();
      else if (what === 'commit') {
        await consumer.commit({ offsets: [{ topic, partition, offset: BigInt(offset), leaderEpoch: -1 }] });
      } else throw new Error(`no such thing to tell: ${what}`);
    },
    async leave() {
      stream?.pause();
      await committing;
      await stream?.close();
      await consumer.close();
    },
  };
}

async function withAdmin<T>(common: Common, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = new Admin(common);
  try {
    return await work(admin);
  } finally {
    await admin.close();
  }
}

export function committed(common: Common, { group, topic, partitions }: Request) {
  return withAdmin(common, async (admin) => {
    const numbers = [...Array(partitions).keys()];
    const groups = [{ groupId: group, topics: [{ name: topic, partitionIndexes: numbers }] }];
    const found = (await admin.listConsumerGroupOffsets({ groups }))[0]?.topics[0]?.partitions ?? [];
    const of = (partition: number) => found.find((one) => one.partitionIndex === partition);
    return {
      offsets: numbers.map((partition) => Number(of(partition)?.committedOffset ?? -1)),
      metadata: numbers.map((partition) => of(partition)?.metadata ?? ''),
    };
  });
}

export function provocationOnGroup(common: Common, { kind, group, topic }: Request): Promise<unknown> {
  return withAdmin(common, async (admin) => {
    if (kind === 'deleteGroup') return admin.deleteGroups({ groups: [group] });
    if (kind === 'commitAsStranger' || kind === 'commitUnknownTopic') {
      const topics = [{ name: topic, partitionOffsets: [{ partition: 0, offset: 1n }] }];
      return admin.alterConsumerGroupOffsets({ groupId: group, topics });
    }
    throw new Error(`no such kind: ${kind}`);
  });
}

/** The runner keeps a member in each of `classic` and `consumer`, and nobody in `empty`. */
export function groupAdminChecks(common: Common, request: Request): Promise<readonly Check[]> {
  const { checks, run } = createChecks();
  const { classic, consumer, empty, topic } = request;
  return withAdmin(common, async (admin) => {
    await run('listGroups', async () => {
      const listed = await admin.listGroups({ types: ['classic', 'consumer'] });
      const said = [classic, consumer, empty].map(
        (group) => `${listed.get(group)?.groupType} ${listed.get(group)?.state}`,
      );
      expect('types and states', said.join(), 'classic Stable,consumer Stable,classic Empty');
    });
    await run('listGroups by state and type', async () => {
      const listed = await admin.listGroups({ states: ['STABLE'], types: ['consumer'] });
      expect('the new one only', `${listed.has(classic)} ${listed.has(consumer)}`, 'false true');
    });
    await run('describeGroups', async () => {
      const described = (await admin.describeGroups({ groups: [classic] })).get(classic);
      expect('state', String(described?.state), 'Stable');
      expect('assignor', described?.protocol, 'roundrobin');
      const member = [...(described?.members.values() ?? [])][0];
      expect('partitions', member?.assignments?.get(topic)?.partitions.length, request.partitions);
    });
    await run('alterConsumerGroupOffsets, listConsumerGroupOffsets, deleteConsumerGroupOffsets', async () => {
      const topics = [{ name: topic, partitionOffsets: [{ partition: 1, offset: 9n }] }];
      await admin.alterConsumerGroupOffsets({ groupId: empty, topics });
      const listed = await admin.listConsumerGroupOffsets({ groups: [empty] });
      const found = listed[0]?.topics
        .find(({ name }) => name === topic)
        ?.partitions.find((one) => one.partitionIndex === 1);
      expect('committed', found?.committedOffset, 9n);
      await admin.deleteConsumerGroupOffsets({ groupId: empty, topics: [{ name: topic, partitionIndexes: [1] }] });
    });
    await run('deleteGroups', async () => void (await admin.deleteGroups({ groups: [empty] })));
    return checks;
  });
}
