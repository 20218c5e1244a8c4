/*
 * DeleteRecords (21), versions 0–2.
 *
 * - Raises a partition's log start to the given offset, −1 means its high watermark; refused where the topic does not
 *   delete (`cleanup.policy=compact`: POLICY_VIOLATION).
 * - Answered when it is durable: an answered deletion stays, also after a crash (Kafka may forget it for a minute).
 * - v2: flexible.
 */
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { deleteRecordsRequestCodec } from '@sluice/protocol/generated/messages/delete-records-request';
import { deleteRecordsResponseCodec } from '@sluice/protocol/generated/messages/delete-records-response';
import { defineApi } from '../define-api.ts';
import { checkUsable, isHosted, type Partitions } from '../partitions/hosted-partition.ts';
import { isInternalTopic } from '../topics.ts';

const TO_HIGH_WATERMARK = -1;

export interface DeleteRecordsServices {
  readonly partitions: Partitions;
  /** Whether the topic's `cleanup.policy` lets its records be deleted. */
  deletesRecords(topic: string): boolean;
}

export function deleteRecordsApi({ partitions, deletesRecords }: DeleteRecordsServices) {
  async function answer(topic: string, partitionIndex: number, offset: number) {
    const refusal = (errorCode: number) => ({ partitionIndex, lowWatermark: -1, errorCode });
    const lookup = checkUsable(partitions.byName(topic, partitionIndex), -1);
    if (isInternalTopic(topic)) return refusal(ErrorCode.INVALID_TOPIC_EXCEPTION);
    if (!isHosted(lookup)) return refusal(lookup.errorCode);
    if (!deletesRecords(topic)) return refusal(ErrorCode.POLICY_VIOLATION);
    const { log } = lookup;
    const below = offset === TO_HIGH_WATERMARK ? log.highWatermark : offset;
    if (below < 0 || below > log.highWatermark) return refusal(ErrorCode.OFFSET_OUT_OF_RANGE);
    await log.deleteRecordsBelow(below);
    if (log.failure !== undefined) return refusal(ErrorCode.KAFKA_STORAGE_ERROR);
    return { partitionIndex, lowWatermark: log.logStartOffset, errorCode: ErrorCode.NONE };
  }

  return defineApi({
    request: deleteRecordsRequestCodec,
    response: deleteRecordsResponseCodec,
    async handle({ topics }) {
      const answers = topics.map(async ({ name, partitions: asked }) => ({
        name,
        partitions: await Promise.all(asked.map(({ partitionIndex, offset }) => answer(name, partitionIndex, offset))),
      }));
      const answered = await Promise.all(answers);
      return { throttleTimeMs: 0, topics: answered.filter(({ partitions: results }) => results.length > 0) };
    },
  });
}
