import kafkajs, { type Kafka } from 'kafkajs';
import type { Check, Fault } from '../runner/contract.ts';
import { createNotes, type GroupMember, type JoinRequest, place } from './group-notes.ts';
import { createChecks, expect, type Request } from './serve.ts';

export async function joinGroup(
  kafka: Kafka,
  faultOf: (cause: unknown) => Fault,
  wanted: JoinRequest,
): Promise<GroupMember> {
  const notes = createNotes();
  const { group, topics, commit = 'sync', sessionTimeoutMs = 10_000, metadata = '' } = wanted;
  const consumer = kafka.consumer({
    groupId: group,
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: Math.min(500, sessionTimeoutMs / 3),
    rebalanceTimeout: 10_000,
    maxWaitTimeInMs: 100,
    metadataMaxAge: 2_000,
    allowAutoTopicCreation: false,
    partitionAssigners: [kafkajs.PartitionAssigners.roundRobin],
  });
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    const places = Object.entries(payload.memberAssignment).flatMap(([topic, partitions]) =>
      partitions.map((partition) => place(topic, partition)),
    );
    notes.has(places, true);
  });
  consumer.on(consumer.events.REBALANCING, () => notes.has([], true));
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    notes.failed(faultOf(payload.error));
    if (!payload.restart) notes.ended(faultOf(payload.error));
  });
  const commitTo = async (topic: string, partition: number, offset: number) => {
    try {
      await consumer.commitOffsets([{ topic, partition, offset: `${offset}`, metadata }]);
      notes.note('committed', place(topic, partition), offset);
    } catch (cause) {
      notes.failed(faultOf(cause));
    }
  };
  const eachBatch = async ({ batch, isRunning, isStale, resolveOffset, heartbeat }: kafkajs.EachBatchPayload) => {
    const { topic, partition } = batch;
    let next: number | undefined;
    for (const { offset, value } of batch.messages) {
      if (!isRunning() || isStale()) break;
      notes.note('took', place(topic, partition), Number(offset), Number(value));
      resolveOffset(offset);
      next = Number(offset) + 1;
    }
    if (next !== undefined && commit === 'sync') await commitTo(topic, partition, next);
    if (next !== undefined && commit === 'async') void commitTo(topic, partition, next);
    await heartbeat();
  };
  const start = async () => {
    await consumer.connect();
    await consumer.subscribe({ topics: [...topics], fromBeginning: true });
    const auto = { autoCommit: commit === 'auto', autoCommitInterval: 500 };
    await consumer.run({ ...auto, eachBatchAutoResolve: false, eachBatch });
  };
  start().catch((cause) => notes.ended(faultOf(cause)));
  return {
    notes,
    async tell({ what, topic, partition, offset, metadata: text }: Request) {
      if (what === 'pause') consumer.pause(topics.map((one) => ({ topic: one })));
      else if (what === 'resume') consumer.resume(topics.map((one) => ({ topic: one })));
      else if (what === 'seek') {
        notes.note('sought', place(topic, partition), offset);
        consumer.seek({ topic, partition, offset: `${offset}` });
      } else if (what === 'commit') {
        await consumer.commitOffsets([{ topic, partition, offset: `${offset}`, metadata: text }]);
      } else throw new Error(`no such thing to tell: ${what}`);
    },
    async leave() {
      await consumer.disconnect();
      notes.has([], true);
    },
  };
}

export async function withAdmin<T>(kafka: Kafka, work: (admin: kafkajs.Admin) => Promise<T>): Promise<T> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

export function committed(kafka: Kafka, { group, topic, partitions }: Request) {
  return withAdmin(kafka, async (admin) => {
    const found = await admin.fetchOffsets({ groupId: group, topics: [topic] });
    const of = (partition: number) => found[0]?.partitions.find((one) => one.partition === partition);
    const numbers = [...Array(partitions).keys()];
    return {
      offsets: numbers.map((partition) => Number(of(partition)?.offset ?? -1)),
      metadata: numbers.map((partition) => of(partition)?.metadata ?? ''),
    };
  });
}

export async function provocationOnGroup(kafka: Kafka, { kind, group }: Request): Promise<unknown> {
  if (kind === 'deleteGroup') return withAdmin(kafka, (admin) => admin.deleteGroups([group]));
  throw new Error(`no such kind: ${kind}`);
}

/** The runner keeps a member in each of `classic` and `consumer`, and nobody in `empty`. */
export async function groupAdminChecks(kafka: Kafka, request: Request): Promise<readonly Check[]> {
  const { checks, run } = createChecks();
  const { classic, consumer, empty, topic } = request;
  const admin = kafka.admin();
  await admin.connect();
  await run('listGroups', async () => {
    const listed = new Map((await admin.listGroups()).groups.map((one) => [one.groupId, one.protocolType]));
    expect(
      'protocols',
      [classic, consumer, empty].map((group) => listed.get(group)).join(),
      'consumer,consumer,consumer',
    );
  });
  await run('describeGroups', async () => {
    const described = (await admin.describeGroups([classic])).groups[0];
    expect('state', described?.state, 'Stable');
    expect('assignor', described?.protocol, 'RoundRobinAssigner');
    const member = described?.members[0];
    const assignment = kafkajs.AssignerProtocol.MemberAssignment.decode(member?.memberAssignment ?? Buffer.alloc(0));
    expect('partitions', assignment?.assignment[topic]?.length, request.partitions);
  });
  await run('setOffsets, fetchOffsets, resetOffsets', async () => {
    await admin.setOffsets({ groupId: empty, topic, partitions: [{ partition: 1, offset: '9' }] });
    const fetched = async () =>
      (await admin.fetchOffsets({ groupId: empty, topics: [topic] }))[0]?.partitions.find((one) => one.partition === 1);
    expect('committed', (await fetched())?.offset, '9');
    await admin.resetOffsets({ groupId: empty, topic, earliest: true });
    expect(
      'reset',
      (await admin.fetchOffsets({ groupId: empty, topics: [topic], resolveOffsets: true }))[0]?.partitions.find(
        (one) => one.partition === 1,
      )?.offset,
      '0',
    );
  });
  await run('deleteGroups', async () => {
    try {
      await admin.deleteGroups([classic, 'no-such-group']);
    } catch (cause) {
      const groups: unknown = Reflect.get(Object(cause), 'groups');
      const said = Array.isArray(groups) ? groups.map((one) => `${one.groupId} ${one.errorCode}`).sort() : [];
      expect('errors', said.join(), [`${classic} 68`, 'no-such-group 69'].sort().join());
      await admin.deleteGroups([empty]);
      return;
    }
    throw new Error('no error');
  });
  await admin.disconnect();
  return checks;
}
