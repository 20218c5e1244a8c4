// npm run read: prints what is in the stream, and what comes, until Ctrl-C.
import { setTimeout as pause } from 'node:timers/promises';
import { GetRecordsCommand, GetShardIteratorCommand, ListShardsCommand } from '@aws-sdk/client-kinesis';
import { connect, STREAM } from './kinesis.ts';

/** The service allows five reads a second from each shard. */
const PAUSE_MS = 250;
const kinesis = connect();

const { Shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName: STREAM }));
console.log(`${STREAM} has ${Shards.length} shards`);
process.once('SIGINT', () => process.exit(0));
await Promise.all(Shards.map(({ ShardId }) => read(ShardId)));

async function read(ShardId: string | undefined): Promise<void> {
  const first = await kinesis.send(
    new GetShardIteratorCommand({ StreamName: STREAM, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
  );
  let iterator = first.ShardIterator;
  // At the end of a shard that was split or merged there is no next iterator.
  while (iterator !== undefined) {
    const { Records = [], NextShardIterator } = await kinesis.send(new GetRecordsCommand({ ShardIterator: iterator }));
    for (const { PartitionKey, Data } of Records) {
      console.log(`kinesis: ${PartitionKey} ${Buffer.from(Data ?? []).toString()}`);
    }
    iterator = NextShardIterator;
    await pause(PAUSE_MS);
  }
}
