import type { OperationContext } from '../front/operation.ts';
import { invalidArgument, shardDoesNotExist } from './errors.ts';
import type { ShardIteratorType } from './generated/types.ts';
import type { ShardReader } from './records/read-shard.ts';
import type { ShardState, StreamState } from './registry/stream-state.ts';
import { parseSequenceNumber } from './shards/sequence-number.ts';
import { shardIdOf } from './shards/shard-id.ts';

export interface StartInput {
  readonly type: ShardIteratorType;
  readonly sequenceNumber: string | undefined;
  readonly timestampMs: number | undefined;
}

/** The offset that a client's starting position means. */
export async function startOffset(
  reader: ShardReader,
  state: StreamState,
  shard: ShardState,
  { type, sequenceNumber, timestampMs }: StartInput,
  context: OperationContext,
): Promise<number> {
  switch (type) {
    case 'AT_SEQUENCE_NUMBER':
    case 'AFTER_SEQUENCE_NUMBER': {
      if (sequenceNumber === undefined) throw wrongSequence(type, false);
      const offset = offsetOf(sequenceNumber, state, shard, context);
      return Math.max(0, type === 'AT_SEQUENCE_NUMBER' ? offset : offset + 1);
    }
    case 'AT_TIMESTAMP': {
      if (timestampMs === undefined) {
        throw invalidArgument(
          'Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. ' +
            'Current request has no timestamp parameter.',
        );
      }
      if (timestampMs > context.now) {
        throw invalidArgument(
          'The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. ' +
            `timestampInMillis: ${timestampMs}, currentTimestampInMillis: ${context.now}`,
        );
      }
      return await found(reader.position(state, shard, { timestampMs: Math.max(0, Math.floor(timestampMs)) }));
    }
    case 'TRIM_HORIZON':
    case 'LATEST':
      if (sequenceNumber !== undefined) throw wrongSequence(type, true);
      return await found(reader.position(state, shard, type === 'LATEST' ? 'latest' : 'earliest'));
  }

  async function found(position: Promise<number | undefined>): Promise<number> {
    const offset = await position;
    if (offset === undefined) throw shardDoesNotExist(shardIdOf(shard.index), state.name, context);
    return offset;
  }
}

function offsetOf(sequenceNumber: string, state: StreamState, shard: ShardState, context: OperationContext): number {
  const shardId = shardIdOf(shard.index);
  const complaint = `StartingSequenceNumber ${sequenceNumber} used in GetShardIterator on shard ${shardId} in stream ${state.name} under account ${context.accountId} is invalid`;
  const position = parseSequenceNumber(sequenceNumber);
  if (position === undefined) throw invalidArgument(`${complaint}.`);
  if (position.shard !== shard.index) {
    throw invalidArgument(
      `Invalid StartingSequenceNumber. It encodes ${shardIdOf(position.shard)}, while it was used in a call to a shard with ${shardId}`,
    );
  }
  if (position.generation !== shard.generation) {
    throw invalidArgument(`${complaint} because it did not come from this stream.`);
  }
  return position.offset;
}

function wrongSequence(type: ShardIteratorType, isThere: boolean) {
  return invalidArgument(
    'Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or ' +
      '(2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. ' +
      `Request specified ${type} and ${isThere ? 'also a' : 'no'} StartingSequenceNumber.`,
  );
}
