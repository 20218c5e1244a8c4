import type { Shard } from '@sluice/aws/kinesis/generated/types';
import type { Seen } from '@sluice/aws/kinesis/testing/check-order';
import type { Ask } from './restarted-door.ts';

interface ReadAnswer {
  readonly Records: readonly {
    readonly PartitionKey: string;
    readonly Data: string;
    readonly SequenceNumber: string;
  }[];
  readonly NextShardIterator?: string;
}

/** A consumer that drains parents before their children, and keeps its iterators, whatever becomes of the door. */
export interface StreamReader {
  readonly seen: readonly Seen[];
  /** Reads each shard that may be read a few times. Tells whether there was anything new. */
  readOn(): Promise<boolean>;
}

export async function listShards(ask: Ask, stream: string): Promise<readonly Shard[]> {
  const found: Shard[] = [];
  for (let input: object | undefined = { StreamName: stream }; input !== undefined; ) {
    const page: { readonly Shards: readonly Shard[]; readonly NextToken?: string } = await ask('ListShards', input);
    found.push(...page.Shards);
    input = page.NextToken === undefined ? undefined : { NextToken: page.NextToken };
  }
  return found;
}

/** `limit` gives how many records a read may bring. */
export function createStreamReader(ask: Ask, stream: string, limit: () => number): StreamReader {
  const seen: Seen[] = [];
  const iterators = new Map<string, string>();
  const drained = new Set<string>();

  async function firstIterator(shardId: string): Promise<string> {
    const input = { StreamName: stream, ShardId: shardId, ShardIteratorType: 'TRIM_HORIZON' };
    return (await ask<{ readonly ShardIterator: string }>('GetShardIterator', input)).ShardIterator;
  }

  async function readShard(shardId: string): Promise<boolean> {
    const iterator = iterators.get(shardId) ?? (await firstIterator(shardId));
    const read = await ask<ReadAnswer>('GetRecords', { ShardIterator: iterator, Limit: limit() });
    for (const { PartitionKey, Data, SequenceNumber } of read.Records) {
      const value = Number(Buffer.from(Data, 'base64').toString());
      seen.push({ key: PartitionKey, value, shardId, sequenceNumber: BigInt(SequenceNumber) });
    }
    if (read.NextShardIterator === undefined) drained.add(shardId);
    else iterators.set(shardId, read.NextShardIterator);
    return read.Records.length > 0 || read.NextShardIterator === undefined;
  }

  return {
    seen,
    async readOn() {
      const ready = (await listShards(ask, stream)).filter(
        ({ ShardId, ParentShardId, AdjacentParentShardId }) =>
          !drained.has(ShardId) &&
          [ParentShardId, AdjacentParentShardId].every((parent) => parent === undefined || drained.has(parent)),
      );
      let isNew = false;
      for (const { ShardId } of ready) isNew = (await readShard(ShardId)) || isNew;
      return isNew;
    },
  };
}
