import type { Broker } from '@sluice/client/broker';
import { ClientError } from '@sluice/client/client-error';
import { ERRORS } from '@sluice/protocol/generated/errors';
import { findCoordinatorRequestCodec } from '@sluice/protocol/generated/messages/find-coordinator-request';
import { findCoordinatorResponseCodec } from '@sluice/protocol/generated/messages/find-coordinator-response';
import { offsetCommitRequestCodec } from '@sluice/protocol/generated/messages/offset-commit-request';
import { offsetCommitResponseCodec } from '@sluice/protocol/generated/messages/offset-commit-response';
import { offsetFetchRequestCodec } from '@sluice/protocol/generated/messages/offset-fetch-request';
import { offsetFetchResponseCodec } from '@sluice/protocol/generated/messages/offset-fetch-response';
import { type Outcome, partitionKey } from '../history.ts';
import { type Load, type LoadTopic, pause, sleep, withConnections } from './load.ts';

const FIND_COORDINATOR = { request: findCoordinatorRequestCodec, response: findCoordinatorResponseCodec };
const OFFSET_COMMIT = { request: offsetCommitRequestCodec, response: offsetCommitResponseCodec };
const OFFSET_FETCH = { request: offsetFetchRequestCodec, response: offsetFetchResponseCodec };
/** From version 10 on topics go by id. */
const NAMES_UNTIL = 9;
const GROUP_KEY_TYPE = 0;
/** "No member": the group's offsets are kept by somebody outside of it. */
const NO_GENERATION = -1;
const RETRY_MS = 50;
/** A minute of them: loading a coordinator takes a moment, and more on a busy machine. */
const TRIES_MAX = 1_200;
const STEP_MAX = 5;

/** A group whose one member commits ever larger offsets, and looks at them after each reconnect. */
export interface OffsetCommitter {
  /** Until it has an answer, whatever it is. */
  commit(broker: Broker, partition: number): Promise<void>;
  look(broker: Broker, partition: number): Promise<void>;
}

export function createOffsetCommitter(load: Load, group: string, topic: LoadTopic): OffsetCommitter {
  const { recorder, random } = load;
  const next = Array.from({ length: topic.partitionCount }, () => 0);
  let isKnown = false;

  /** Makes the coordinator's topic, the first time that anybody asks. */
  async function findCoordinator(broker: Broker): Promise<void> {
    if (isKnown) return;
    await broker.request(FIND_COORDINATOR, () => ({
      keyType: GROUP_KEY_TYPE,
      coordinatorKeys: [group],
    }));
    isKnown = true;
  }

  return {
    async commit(broker, partition) {
      await findCoordinator(broker);
      const offset = (next[partition] ?? 0) + 1 + random.below(STEP_MAX);
      next[partition] = offset;
      const metadata = `at ${offset}`;
      const key = partitionKey(topic.name, topic.topicId, partition);
      const record = (outcome: Outcome) =>
        recorder.record({ kind: 'committed', group, partition: key, offset, metadata, outcome });
      try {
        const answer = await broker.request(
          OFFSET_COMMIT,
          () => ({
            groupId: group,
            generationIdOrMemberEpoch: NO_GENERATION,
            topics: [
              {
                name: topic.name,
                partitions: [{ partitionIndex: partition, committedOffset: offset, committedMetadata: metadata }],
              },
            ],
          }),
          { versionMax: NAMES_UNTIL },
        );
        const errorCode = answer.topics[0]?.partitions[0]?.errorCode ?? -1;
        record(errorCode === 0 ? 'ok' : ERRORS.get(errorCode)?.retriable === true ? 'info' : 'refused');
      } catch (error) {
        if (error instanceof ClientError) record('info');
        throw error;
      }
    },
    async look(broker, partition) {
      await findCoordinator(broker);
      for (let triesLeft = TRIES_MAX; ; triesLeft--) {
        const { groups } = await broker.request(
          OFFSET_FETCH,
          () => ({
            groups: [
              {
                groupId: group,
                memberId: null,
                memberEpoch: NO_GENERATION,
                topics: [{ name: topic.name, partitionIndexes: [partition] }],
              },
            ],
            requireStable: false,
          }),
          { versionMax: NAMES_UNTIL },
        );
        const answer = groups[0];
        const found = answer?.topics[0]?.partitions[0];
        const errorCode = answer?.errorCode || found?.errorCode || 0;
        if (errorCode === 0) {
          recorder.record({
            kind: 'commit-seen',
            group,
            partition: partitionKey(topic.name, topic.topicId, partition),
            offset: found?.committedOffset ?? -1,
            metadata: found?.metadata ?? '',
          });
          return;
        }
        const isRetriable = ERRORS.get(errorCode)?.retriable ?? false;
        if (!isRetriable || triesLeft === 0) throw new Error(`OffsetFetch: error ${errorCode}`);
        // A coordinator whose log is offline stays away until the next start.
        if (load.mayDiskFail === true && load.isEnding) return;
        await sleep(load.clock, RETRY_MS);
      }
    },
  };
}

const PAUSE_MS_MAX = 40;

export async function runOffsetCommitter(load: Load, group: string, topic: LoadTopic): Promise<void> {
  const committer = createOffsetCommitter(load, group, topic);
  await withConnections(load, group, async (broker) => {
    for (let partition = 0; partition < topic.partitionCount; partition++) await committer.look(broker, partition);
    while (!load.isEnding) {
      await committer.commit(broker, load.random.below(topic.partitionCount));
      await pause(load, PAUSE_MS_MAX);
    }
    for (let partition = 0; partition < topic.partitionCount; partition++) await committer.look(broker, partition);
    return 'done';
  });
}
