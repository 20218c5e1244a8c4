import { openConnection } from '../../conformance/wire/connection.ts';
import type { JsonObject } from '../../conformance/wire/decode.ts';
import { decodeAnswer, requestFrame } from '../../conformance/wire/frame.ts';
import { batch } from '../../conformance/wire/record-batch.ts';
import { load } from '../load.ts';
import { oneByOne } from '../one-by-one.ts';
import type { Figures, Scenario } from '../scenario.ts';
import { type Server, type ServerName, startServer } from '../server.ts';

const partitions = [0, 1, 2, 3];

export const recover: Scenario = {
  name: 'recover',
  title: 'kill -9 to serving again, 2 GB log',
  method:
    '2 GB in 4 partitions, kill -9 right after the last acks=1 answer, start on the same directory; from the start of ' +
    'the process until a record for every partition has been accepted with acks=1. The page cache is warm.',
  figures: [{ name: 'recoverMs', unit: 'ms', isMoreBetter: false, target: '≤ 1/10 of Kafka' }],
  run: (options) => {
    const records = options.isQuick ? 2_000_000 : 18_000_000;
    return oneByOne(options, (name, dataDir) => recoverOnce(name, dataDir, records));
  },
};

async function recoverOnce(name: ServerName, dataDir: string, records: number): Promise<Figures> {
  const server = await startServer(name, dataDir);
  await load('topic', server, 'bench');
  const { bytes } = await load<{ bytes: number }>('produce', server, 'bench', { records });
  await server.kill();
  const startedAt = performance.now();
  const again = await startServer(name, dataDir);
  // Kafka's files are checked again by the runner before its process starts; that is not counted.
  const uncounted = performance.now() - startedAt - again.startedInMs;
  for (const partition of partitions) await untilAccepted(again, partition);
  const recoverMs = performance.now() - startedAt - uncounted;
  await again.kill();
  return { recoverMs, metadataAnsweredMs: again.startedInMs, megabytes: bytes / 1e6 };
}

async function untilAccepted(server: Server, partition: number): Promise<void> {
  const records = batch({ records: [{ value: 'still there', timestamp: Date.now() }] });
  const topicData = [{ name: 'bench', partitionData: [{ index: partition, records }] }];
  const connection = await openConnection('127.0.0.1', server.port);
  try {
    for (let id = 1; id < 20_000; id++) {
      connection.send(requestFrame('Produce', 9, id, { acks: 1, timeoutMs: 5000, topicData }));
      const reply = await connection.receive(10_000);
      if (typeof reply === 'string') throw new Error(`the connection is ${reply}`);
      const [topic] = decodeAnswer('Produce', 9, id, reply).responses as JsonObject[];
      const [answer] = (topic?.partitionResponses ?? []) as JsonObject[];
      if (answer?.errorCode === 0) return;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    throw new Error(`partition ${partition} did not come back`);
  } finally {
    connection.close();
  }
}
