import { encodeRequest } from '@sluice/protocol/frames';
import { consumerGroupHeartbeatRequestCodec } from '@sluice/protocol/generated/messages/consumer-group-heartbeat-request';
import { describeGroupsRequestCodec } from '@sluice/protocol/generated/messages/describe-groups-request';
import { joinGroupRequestCodec } from '@sluice/protocol/generated/messages/join-group-request';
import { leaveGroupRequestCodec } from '@sluice/protocol/generated/messages/leave-group-request';
import { offsetCommitRequestCodec } from '@sluice/protocol/generated/messages/offset-commit-request';
import { offsetFetchRequestCodec } from '@sluice/protocol/generated/messages/offset-fetch-request';
import type { MessageCodec } from '@sluice/protocol/message-codec';
import { type Attack, type Battlefield, pick } from '../attack.ts';
import { sendAndProbe } from '../blow.ts';

const CROWD = 100;
/** Some meet, so that members of both protocols are in one group. */
const GROUP_COUNT = 300;
const REPEATED = 3000;

function frames<Input>(codec: MessageCodec<unknown, Input>, version: number, inputs: readonly Input[]): Buffer[] {
  return inputs.flatMap((input, index) => [
    ...encodeRequest(codec, version, { correlationId: index + 1, clientId: 'hostile' }, input),
  ]);
}

function crowd<T>(make: (index: number) => T): T[] {
  return Array.from({ length: CROWD }, (_, index) => make(index));
}

/** What a crowd of clients says to one group. */
function nonsense({ fodder }: Battlefield, groupId: string, epoch: number): readonly (() => Buffer[])[] {
  const partition = (partitionIndex: number) => ({
    partitionIndex,
    committedOffset: 7,
    committedMetadata: 'm'.repeat(4096),
  });
  const partitions = Array.from({ length: REPEATED }, (_, index) => partition(index % 2));
  const topics = Array.from({ length: REPEATED }, () => ({ name: fodder.name, partitionIndexes: [0] }));
  return [
    () =>
      frames(
        consumerGroupHeartbeatRequestCodec,
        1,
        crowd((index) => ({
          groupId,
          memberId: `member ${index}`,
          memberEpoch: epoch,
          rebalanceTimeoutMs: -5,
          subscribedTopicNames: Array.from({ length: 50 }, (_, topic) => `${index} ${topic}`),
          topicPartitions: [],
        })),
      ),
    () =>
      frames(
        joinGroupRequestCodec,
        9,
        crowd((index) => ({
          groupId: `${groupId} ${index}`,
          sessionTimeoutMs: 6000,
          rebalanceTimeoutMs: -1,
          memberId: '',
          protocolType: 'consumer',
          protocols: [{ name: 'range', metadata: Buffer.alloc(1000, index) }],
        })),
      ),
    () =>
      frames(leaveGroupRequestCodec, 5, [{ groupId, members: crowd((index) => ({ memberId: `member ${index}` })) }]),
    () => frames(offsetCommitRequestCodec, 9, [{ groupId, topics: [{ name: fodder.name, partitions }] }]),
    () =>
      frames(offsetCommitRequestCodec, 9, [
        {
          groupId,
          topics: topics.map(({ name }, index) => ({ name: index === 0 ? 'none' : name, partitions: [partition(0)] })),
        },
      ]),
    () => frames(offsetFetchRequestCodec, 8, [{ groups: topics.map(() => ({ groupId, topics: null })) }]),
    () => frames(offsetFetchRequestCodec, 8, [{ groups: [{ groupId, topics }] }]),
    () => frames(describeGroupsRequestCodec, 5, [{ groups: topics.map(() => groupId) }]),
  ];
}

/** F23: crowds that join groups of both protocols, leave, commit and ask for nonsense, again and again. */
export const groupCrowds: Attack = {
  name: 'group-crowds',
  fault: 'F23',
  weight: 1,
  strike(field, random) {
    const groupId = `hostile ${random.below(GROUP_COUNT)}`;
    const epoch = pick(random, [0, 0, 0, -1, 1, 2 ** 31 - 1]);
    return sendAndProbe(field, pick(random, nonsense(field, groupId, epoch))(), 'a crowd in a group');
  },
};
