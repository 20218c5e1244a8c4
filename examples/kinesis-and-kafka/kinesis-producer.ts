// npm run put [HOW_MANY]: puts a few readings to the stream.
import { PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { connect, STREAM } from './kinesis.ts';

const count = Number(process.argv[2] ?? 3);
const kinesis = connect();
const answer = await kinesis.send(
  new PutRecordsCommand({
    StreamName: STREAM,
    Records: Array.from({ length: count }, (_, index) => ({
      PartitionKey: ['attic', 'cellar', 'kitchen'][index % 3],
      Data: Buffer.from(JSON.stringify({ celsius: 18 + index, by: 'kinesis' })),
    })),
  }),
);
for (const { ShardId, SequenceNumber, ErrorCode } of answer.Records ?? []) {
  console.log(ErrorCode ?? `put to ${ShardId} as ${SequenceNumber}`);
}
process.exitCode = answer.FailedRecordCount === 0 ? 0 : 1;
kinesis.destroy();
