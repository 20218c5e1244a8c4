import { createSimRandom } from '@sluice/kernel/sim/random';
import { buildBatch } from '@sluice/protocol/records/build-batch';
import { BROKER, metadataOf, startFixture, TOPIC_ID } from '../../testing/cluster-fixture.ts';
import type { ScriptedRequest } from '../../testing/scripted-broker.ts';
import type { ShareConsumeOptions } from '../options.ts';
import { ShareConsumer } from '../share-consumer.ts';

type ScriptedAnswer = object | 'close' | 'silence' | undefined;
type Answers = Partial<Record<string, (body: Body) => ScriptedAnswer>>;
// What a script looks at of requests, whatever their type.
export interface Body {
  readonly memberEpoch: number;
  readonly shareSessionEpoch: number;
  readonly maxRecords: number;
  readonly maxWaitMs: number;
  readonly minBytes: number;
  readonly topics: readonly {
    readonly partitions: readonly {
      readonly partitionIndex: number;
      readonly acknowledgementBatches: readonly { readonly firstOffset: number; readonly lastOffset: number }[];
    }[];
  }[];
}

const NO_LEADER = { leaderId: -1, leaderEpoch: -1 };

/** Records of a partition, `<partition>-<offset>`, all acquired. */
export function fetched(partition: number, firstOffset: number, count: number) {
  const values = Array.from({ length: count }, (_, index) => `${partition}-${firstOffset + index}`);
  const records = buildBatch(
    values.map((value) => ({ value, timestampMs: 0 })),
    { baseOffset: firstOffset },
  );
  const lastOffset = firstOffset + count - 1;
  return partitionAnswer(partition, { records, acquiredRecords: [{ firstOffset, lastOffset, deliveryCount: 1 }] });
}

export function partitionAnswer(partitionIndex: number, changes: object = {}) {
  return {
    partitionIndex,
    errorCode: 0,
    acknowledgeErrorCode: 0,
    currentLeader: NO_LEADER,
    records: Buffer.alloc(0),
    acquiredRecords: [],
    ...changes,
  };
}

export function shareAnswer(partitions: readonly object[] = [], changes: object = {}) {
  return {
    throttleTimeMs: 0,
    errorCode: 0,
    acquisitionLockTimeoutMs: 30_000,
    responses: partitions.length === 0 ? [] : [{ topicId: TOPIC_ID, partitions }],
    nodeEndpoints: [],
    ...changes,
  };
}

/** Partitions are begun when they are first fetched, and have no records; the other fetches are answered as a test says. */
export function onceBegun(answer: (body: Body) => ScriptedAnswer) {
  return (body: Body) =>
    body.minBytes === 0 ? shareAnswer(acknowledged(body).map((partition) => partitionAnswer(partition))) : answer(body);
}

export function heartbeatAnswer(memberEpoch: number, partitions: readonly number[] | null) {
  const topicPartitions = partitions?.length ? [{ topicId: TOPIC_ID, partitions }] : [];
  const assignment = partitions === null ? null : { topicPartitions };
  return { throttleTimeMs: 0, errorCode: 0, memberId: 'm', memberEpoch, heartbeatIntervalMs: 5_000, assignment };
}

/** One broker, or two, that answer as a test says, and a consumer of the topic `jobs` on virtual time. */
export async function startShareScript(answers: Answers, leaders: readonly number[] = [1], brokerCount = 1) {
  const script = (request: ScriptedRequest) => {
    const answer = answers[request.api]?.(request.body as Body);
    if (answer === 'silence') return undefined;
    if (answer !== undefined) return answer;
    switch (request.api) {
      case 'Metadata':
        return metadataOf('jobs', leaders, brokerCount);
      case 'FindCoordinator':
        return { coordinators: [{ key: 'g', nodeId: 1, host: BROKER.host, port: BROKER.port, errorCode: 0 }] };
      case 'ShareGroupHeartbeat':
        return heartbeatAnswer(1, [...leaders.keys()]);
      case 'ShareAcknowledge':
        return shareAnswer(acknowledged(request.body as Body).map((partition) => ackAnswer(partition)));
      default:
        return undefined;
    }
  };
  const fixture = await startFixture(...Array.from({ length: brokerCount }, () => script));
  const { network, clock } = fixture.options;
  const consumer = new ShareConsumer<string, string, string, string>(
    {
      clientId: 'test',
      groupId: 'g',
      bootstrapBrokers: [BROKER],
      acknowledgementMode: 'explicit',
      deserializers: { value: String },
    },
    { network, clock, random: createSimRandom(1) },
  );
  const requests = (api: string) =>
    fixture.brokers.flatMap((broker) => broker.requests.filter((each) => each.api === api));
  const consume = async (options: Partial<ShareConsumeOptions<string, string, string, string>> = {}) => {
    const messages = await fixture.settled(consumer.consume({ topics: ['jobs'], ...options }));
    return messages[Symbol.asyncIterator]();
  };
  return { ...fixture, consumer, consume, bodies: (api: string) => requests(api).map(({ body }) => body as Body) };
}

export function acknowledged({ topics }: Body): readonly number[] {
  return topics.flatMap(({ partitions }) => partitions.map(({ partitionIndex }) => partitionIndex));
}

export function ackAnswer(partitionIndex: number, errorCode = 0) {
  return { partitionIndex, errorCode, currentLeader: NO_LEADER };
}
