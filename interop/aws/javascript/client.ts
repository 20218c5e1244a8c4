// One walk through Kinesis with the AWS SDK for JavaScript v3; what it saw is printed as JSON. CONTRACT.md says what.
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
  ListStreamsCommand,
  PutRecordCommand,
  RegisterStreamConsumerCommand,
  SubscribeToShardCommand,
} from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';

const [stream = '', version = 'h2'] = process.argv.slice(2);
const DATA = Uint8Array.from({ length: 256 }, (_, index) => index);
// The SDK's own choice is HTTP/2.
const handler = version === 'h1' ? { requestHandler: new NodeHttpHandler() } : {};
const kinesis = new KinesisClient({ maxAttempts: 1, ...handler });

interface Told {
  readonly name: string;
  readonly status: number | undefined;
  readonly message: string;
}

async function refusal(asked: Promise<unknown>): Promise<Told> {
  try {
    await asked;
  } catch (error) {
    const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    return { name, status: $metadata?.httpStatusCode, message };
  }
  throw new Error('it was not refused');
}

async function untilActive(name: string): Promise<number | undefined> {
  for (;;) {
    const { StreamDescriptionSummary: summary } = await kinesis.send(
      new DescribeStreamSummaryCommand({ StreamName: name }),
    );
    if (summary?.StreamStatus === 'ACTIVE') return summary.OpenShardCount;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function subscribe(arn: string, shardId: string): Promise<string> {
  const { Consumer } = await kinesis.send(
    new RegisterStreamConsumerCommand({ StreamARN: arn, ConsumerName: 'walker' }),
  );
  for (;;) {
    try {
      const { EventStream } = await kinesis.send(
        new SubscribeToShardCommand({
          ConsumerARN: Consumer?.ConsumerARN,
          ShardId: shardId,
          StartingPosition: { Type: 'TRIM_HORIZON' },
        }),
      );
      for await (const { SubscribeToShardEvent: event } of EventStream ?? []) {
        for (const { Data } of event?.Records ?? []) return Buffer.from(Data ?? []).toString('base64');
      }
      throw new Error('the subscription ended without a record');
    } catch (error) {
      // The consumer is still being made.
      if ((error as Error).name !== 'ResourceInUseException') throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

await kinesis.send(new CreateStreamCommand({ StreamName: stream, ShardCount: 2 }));
const openShards = await untilActive(stream);
const { StreamNames = [] } = await kinesis.send(new ListStreamsCommand({}));
const { Shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName: stream }));
const put = await kinesis.send(new PutRecordCommand({ StreamName: stream, PartitionKey: 'ключ', Data: DATA }));
const { ShardIterator } = await kinesis.send(
  new GetShardIteratorCommand({ StreamName: stream, ShardId: put.ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
);
const got = await kinesis.send(new GetRecordsCommand({ ShardIterator }));
const [record] = got.Records ?? [];
const { StreamDescriptionSummary: summary } = await kinesis.send(
  new DescribeStreamSummaryCommand({ StreamName: stream }),
);
const stranger = new KinesisClient({
  maxAttempts: 1,
  ...handler,
  credentials: { accessKeyId: process.env.AWS_ACCESS_KEY_ID ?? '', secretAccessKey: 'wrong' },
});
const result = {
  openShards,
  isListed: StreamNames.includes(stream),
  shardIds: Shards.map(({ ShardId }) => ShardId),
  arn: summary?.StreamARN,
  isSameSequenceNumber: put.SequenceNumber === record?.SequenceNumber,
  partitionKey: record?.PartitionKey,
  data: Buffer.from(record?.Data ?? []).toString('base64'),
  arrivedMs: record?.ApproximateArrivalTimestamp?.getTime(),
  subscribed: await subscribe(summary?.StreamARN ?? '', put.ShardId ?? ''),
  notFound: await refusal(kinesis.send(new DescribeStreamSummaryCommand({ StreamName: 'nowhere' }))),
  invalid: await refusal(kinesis.send(new DescribeStreamSummaryCommand({ StreamName: 'no good' }))),
  wrongSecret: await refusal(stranger.send(new ListStreamsCommand({}))),
};
console.log(JSON.stringify(result));
kinesis.destroy();
stranger.destroy();
process.exit(0);
