import type { Clock } from '@sluice/kernel/clock';
import type { OperationContext } from '../../front/operation.ts';
import { parseConsumerArn } from '../arn.ts';
import { consumerStatus } from '../describe-consumer.ts';
import { childShards, sequenceNumberAt } from '../describe-shards.ts';
import { dryRun, limitExceeded, resourceInUse, resourceNotFound } from '../errors.ts';
import { requireConsumer } from '../find-consumer.ts';
import { requireServingShard } from '../find-stream.ts';
import type { KinesisOperations, SubscribeToShardEventStream } from '../generated/types.ts';
import type { LiveTail } from '../records/live-tail.ts';
import { READ_RECORDS_MAX, type ShardReader, type ShardSlice } from '../records/read-shard.ts';
import { kinesisRecordOf } from '../records/record-mapping.ts';
import type { Subscription, Subscriptions } from '../records/subscriptions.ts';
import { type ShardState, type StreamState, shardOf } from '../registry/stream-state.ts';
import type { Streams } from '../registry/streams.ts';
import { consumerOf } from '../resource.ts';
import type { KinesisSettings } from '../settings.ts';
import { sequenceNumbersOf } from '../shards/sequence-number.ts';
import { startOffset } from '../start-position.ts';

/** A subscription ends after five minutes; its client subscribes again where it was. */
const SUBSCRIPTION_MS = 5 * 60 * 1000;
/** Without records an event tells how far behind the client is, and that the connection lives. */
const QUIET_MS = 5_000;
/** So often a subscription without news looks whether its shard was closed. */
const LOOK_INTERVAL_MS = 500;
/** Besides its data, what a record takes in an event. */
const RECORD_OVERHEAD_SIZE_BYTES = 300;

export interface SubscribeToShardNeeds {
  readonly clock: Clock;
  readonly streams: Streams;
  readonly reader: ShardReader;
  readonly tail: LiveTail;
  readonly subscriptions: Subscriptions;
  readonly settings: KinesisSettings;
}

interface Position {
  readonly state: StreamState;
  readonly shard: ShardState;
  readonly offset: number;
}

export function subscribeToShard(needs: SubscribeToShardNeeds): KinesisOperations['SubscribeToShard'] {
  const { streams, reader, subscriptions, settings } = needs;
  return async (input, context) => {
    const named = parseConsumerArn(input.ConsumerARN);
    const { state, shard } = await requireServingShard(streams, named.stream, input.ShardId, context);
    // A consumer that another door has registered a moment ago may not be known here yet.
    const known = consumerOf(state, named) === undefined ? await streams.current(named.stream) : state;
    const { consumer } = requireConsumer(known, named, context);
    if (consumerStatus(consumer, context.now, settings.statusDelayMs) !== 'ACTIVE') {
      throw resourceInUse(`Consumer ${input.ConsumerARN} is not ACTIVE yet.`);
    }
    const { Type, SequenceNumber, Timestamp } = input.StartingPosition;
    const start = { type: Type, sequenceNumber: SequenceNumber, timestampMs: Timestamp };
    const offset = await startOffset(reader, state, shard, start, context);
    if (input.DryRun === true) throw dryRun();
    if (subscriptions.count >= settings.subscriptionLimit) {
      throw limitExceeded(`This door has ${settings.subscriptionLimit} subscriptions already.`);
    }
    if (subscriptions.nextEventSizeBytesMax === 0) throw tooMuchUnread();
    const subscription = subscriptions.open(`${input.ConsumerARN}/${shard.index}`);
    if (subscription === undefined) {
      throw resourceInUse(
        `Another active subscription exists for this consumer: ${input.ConsumerARN} and shard ${input.ShardId}.`,
      );
    }
    // A client may have gone before anything of the stream was asked for: then nothing of it runs.
    if (context.signal.aborted) subscription.end();
    context.signal.addEventListener('abort', subscription.end, { once: true });
    return { EventStream: events(needs, { state, shard, offset }, subscription, context) };
  };
}

async function* events(
  { clock, streams, reader, tail, subscriptions }: SubscribeToShardNeeds,
  from: Position,
  subscription: Subscription,
  context: OperationContext,
): AsyncGenerator<SubscribeToShardEventStream> {
  const signal = AbortSignal.any([subscription.signal, context.signal]);
  const endMs = clock.monotonicMs() + SUBSCRIPTION_MS;
  let position = from;
  let saidMs = Number.NEGATIVE_INFINITY;
  let mayHaveNews = true;
  try {
    while (!signal.aborted && clock.monotonicMs() < endMs) {
      const found = await streams.find(position.state.name);
      const isQuiet = !mayHaveNews && isOpenIn(found, position.shard);
      if (isQuiet && clock.monotonicMs() - saidMs < QUIET_MS) {
        mayHaveNews = await newsAt(position);
        continue;
      }
      const current = found ?? position.state;
      const sizeBytesMax = subscriptions.nextEventSizeBytesMax;
      if (sizeBytesMax === 0) throw tooMuchUnread();
      const { shard, offset } = position;
      const slice = await reader.read(current, shard, offset, READ_RECORDS_MAX, clock.now(), sizeBytesMax);
      if (slice === undefined) throw resourceNotFound(`Stream ${position.state.name} is gone.`);
      const hasNews = slice.records.length > 0 || slice.isAtEnd;
      const isMoving = slice.nextOffset > position.offset;
      position = { state: slice.state, shard: slice.shard, offset: slice.nextOffset };
      const nowMs = clock.monotonicMs();
      if (hasNews || nowMs - saidMs >= QUIET_MS) {
        saidMs = nowMs;
        subscription.sending(sizeBytesOf(slice));
        yield { SubscribeToShardEvent: eventOf(slice) };
        subscription.sending(0);
      }
      if (slice.isAtEnd) return;
      mayHaveNews = isMoving || (await newsAt(position));
    }
  } finally {
    subscription.end();
  }

  async function newsAt({ state, shard, offset }: Position): Promise<boolean> {
    const limitMs = Math.max(1, Math.min(LOOK_INTERVAL_MS, endMs - clock.monotonicMs()));
    return await tail.news(state.name, shard.index, offset, limitMs, signal);
  }
}

/** Thousands of subscriptions without news look at what the door knows only, and read nothing. */
function isOpenIn(state: StreamState | undefined, { index, generation }: ShardState): boolean {
  const shard = state === undefined ? undefined : shardOf(state, index);
  return shard?.generation === generation && shard.closed === undefined;
}

const tooMuchUnread = () => limitExceeded('Consumers of this door leave too many events unread.');

function sizeBytesOf({ records }: ShardSlice): number {
  return records.reduce((sum, { value }) => sum + RECORD_OVERHEAD_SIZE_BYTES + (value?.length ?? 0), 0);
}

function eventOf({ state, shard, records, nextOffset, isAtEnd, millisBehindLatest }: ShardSlice) {
  const number = sequenceNumbersOf({ shard: shard.index, generation: shard.generation });
  const isEncrypted = state.encryptionKeyId !== null;
  return {
    Records: records.map((record) => kinesisRecordOf(record, number, isEncrypted)),
    MillisBehindLatest: millisBehindLatest,
    // The last record that was passed: a client goes on after it. At first that is where the shard starts. The Kinesis Client
    // Library refuses an event that has both, and knows the end by what is missing.
    ...(isAtEnd
      ? { ChildShards: childShards(state, shard) }
      : { ContinuationSequenceNumber: sequenceNumberAt(shard, nextOffset - 1) }),
  };
}
