import type { Broker } from '@sluice/client/broker';
import { CODECS } from '@sluice/protocol/compression/codec';
import { ERRORS, ErrorCode } from '@sluice/protocol/generated/errors';
import { produceRequestCodec } from '@sluice/protocol/generated/messages/produce-request';
import { produceResponseCodec } from '@sluice/protocol/generated/messages/produce-response';
import { type BatchOptions, buildBatch } from '@sluice/protocol/records/build-batch';
import { type Answered, idsOf, partitionKey, type Sent } from '../history.ts';
import { encodeValue } from '../record-value.ts';
import type { Load, LoadTopic } from './load.ts';

const PRODUCE = { request: produceRequestCodec, response: produceResponseCodec };
const TIMEOUT_MS = 60_000;
const TOPIC_IDS_FROM = 13;

export interface LoadBatch {
  readonly sent: Sent;
  readonly topic: LoadTopic;
  readonly partition: number;
  readonly bytes: Buffer;
}

export interface NewBatch {
  readonly topic: LoadTopic;
  readonly partition: number;
  readonly producer: string;
  readonly acks: -1 | 1;
  readonly firstNumber: number;
  readonly count: number;
  /** Of an idempotent producer. */
  readonly identity?: Pick<BatchOptions, 'producerId' | 'producerEpoch' | 'baseSequence'>;
}

const FILLER_SIZE_BYTES_MAX = 900;

export function makeBatch(load: Load, batch: NewBatch): LoadBatch {
  const { topic, partition, producer, acks, firstNumber, count, identity } = batch;
  const sent: Sent = {
    kind: 'sent',
    producer,
    partition: partitionKey(topic.name, topic.topicId, partition),
    acks,
    isIdempotent: identity !== undefined,
    firstNumber,
    count,
  };
  const { random } = load;
  const timestampMs = load.clock.now();
  const records = idsOf(sent).map((id) => ({
    key: id,
    value: encodeValue(id, random.below(FILLER_SIZE_BYTES_MAX)),
    timestampMs,
  }));
  const codec = CODECS[random.below(CODECS.length)] ?? 'none';
  return { sent, topic, partition, bytes: buildBatch(records, { codec, ...identity }) };
}

/** Sends it and takes the answer down. No answer is no event: who was not told knows nothing. */
export async function sendBatch(load: Load, broker: Broker, batch: LoadBatch, usesNames = false): Promise<Answered> {
  const { sent } = batch;
  load.recorder.record(sent);
  const { errorCode, baseOffset } = await produceOnce(broker, { ...batch, acks: sent.acks }, usesNames);
  const answered: Answered = {
    kind: 'answered',
    sent,
    errorCode,
    baseOffset,
    outcome: errorCode === 0 ? 'ok' : mayHaveBeenWritten(errorCode) ? 'info' : 'refused',
  };
  load.recorder.record(answered);
  return answered;
}

export interface Produced {
  readonly errorCode: number;
  readonly baseOffset: number;
}

/** One batch to one partition. Fails with `ClientError` if it is not answered. */
export async function produceOnce(
  broker: Broker,
  batch: Pick<LoadBatch, 'topic' | 'partition' | 'bytes'> & { readonly acks: -1 | 1 },
  usesNames = false,
): Promise<Produced> {
  const { topic, partition, bytes, acks } = batch;
  const response = await broker.request(
    PRODUCE,
    (version) => ({
      transactionalId: null,
      acks,
      timeoutMs: TIMEOUT_MS,
      topicData: [
        {
          ...(version >= TOPIC_IDS_FROM ? { topicId: topic.topicId } : { name: topic.name }),
          partitionData: [{ index: partition, records: bytes }],
        },
      ],
    }),
    usesNames ? { versionMax: TOPIC_IDS_FROM - 1 } : {},
  );
  const answer = response.responses[0]?.partitionResponses[0];
  return { errorCode: answer?.errorCode ?? -1, baseOffset: answer?.baseOffset ?? -1 };
}

/** A sequence is out of order behind a batch that failed in passing; the producer sends both again. */
function mayHaveBeenWritten(errorCode: number): boolean {
  return errorCode === ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER || (ERRORS.get(errorCode)?.retriable ?? false);
}
