// node packages/protocol/bench/codecs.ts: how long the hot messages take to decode and encode, in microseconds.
import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { type FetchRequestInput, fetchRequestCodec } from '../src/generated/messages/fetch-request.ts';
import { type FetchResponseInput, fetchResponseCodec } from '../src/generated/messages/fetch-response.ts';
import { type MetadataResponseInput, metadataResponseCodec } from '../src/generated/messages/metadata-response.ts';
import { type ProduceRequestInput, produceRequestCodec } from '../src/generated/messages/produce-request.ts';
import { type ProduceResponseInput, produceResponseCodec } from '../src/generated/messages/produce-response.ts';
import type { MessageCodec } from '../src/message-codec.ts';
import { Reader } from '../src/reader.ts';
import { Writer } from '../src/writer.ts';

const ROUNDS = 5;
const ROUND_MS = 200;

const topicId = randomBytes(16).toString('base64url');
const records = Buffer.alloc(100);

function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

const produceRequest = (partitions: number): ProduceRequestInput => ({
  acks: -1,
  timeoutMs: 30_000,
  topicData: [{ name: 'orders', topicId, partitionData: times(partitions, (index) => ({ index, records })) }],
});

const produceResponse = (partitions: number): ProduceResponseInput => ({
  responses: [
    {
      name: 'orders',
      topicId,
      partitionResponses: times(partitions, (index) => ({ index, errorCode: 0, baseOffset: 1e10 + index })),
    },
  ],
});

const fetchRequest = (partitions: number): FetchRequestInput => ({
  maxWaitMs: 500,
  minBytes: 1,
  topics: [
    {
      topic: 'orders',
      topicId,
      partitions: times(partitions, (partition) => ({ partition, fetchOffset: 1e10, partitionMaxBytes: 1 << 20 })),
    },
  ],
});

const fetchResponse = (partitions: number): FetchResponseInput => ({
  responses: [
    {
      topic: 'orders',
      topicId,
      partitions: times(partitions, (partitionIndex) => ({
        partitionIndex,
        errorCode: 0,
        highWatermark: 1e10,
        abortedTransactions: null,
        records,
      })),
    },
  ],
});

const metadataResponse = (topics: number): MetadataResponseInput => ({
  brokers: times(3, (nodeId) => ({ nodeId, host: '127.0.0.1', port: 9092 + nodeId })),
  topics: times(topics, (topic) => ({
    errorCode: 0,
    name: `topic-${topic}`,
    topicId,
    partitions: times(10, (partitionIndex) => ({
      errorCode: 0,
      partitionIndex,
      leaderId: 1,
      replicaNodes: [0, 1, 2],
      isrNodes: [0, 1, 2],
    })),
  })),
});

function medianMicroseconds(work: () => void): number {
  const rounds = times(ROUNDS, () => {
    let count = 0;
    const start = performance.now();
    while (performance.now() - start < ROUND_MS) {
      for (let i = 0; i < 20; i++) work();
      count += 20;
    }
    return ((performance.now() - start) * 1000) / count;
  });
  return rounds.sort((a, b) => a - b)[ROUNDS >> 1] ?? Number.NaN;
}

function measure<Input>(title: string, codec: MessageCodec<unknown, Input>, version: number, value: Input): void {
  const encode = (): Buffer[] => {
    const writer = new Writer();
    codec.encode(writer, value, version);
    return writer.finish();
  };
  const bytes = Buffer.concat(encode());
  const decode = medianMicroseconds(() => {
    codec.decode(new Reader(bytes), version);
  });
  const encoded = medianMicroseconds(encode);
  const columns = [`${bytes.length} B`, `decode ${decode.toFixed(2)}`, `encode ${encoded.toFixed(2)}`];
  process.stdout.write(`${`${title} v${version}`.padEnd(44)}${columns.map((text) => text.padStart(18)).join('')}\n`);
}

for (const partitions of [1, 100]) {
  measure(`ProduceRequest, partitions: ${partitions}`, produceRequestCodec, 9, produceRequest(partitions));
  measure(`ProduceRequest, partitions: ${partitions}`, produceRequestCodec, 13, produceRequest(partitions));
  measure(`ProduceResponse, partitions: ${partitions}`, produceResponseCodec, 13, produceResponse(partitions));
  measure(`FetchRequest, partitions: ${partitions}`, fetchRequestCodec, 17, fetchRequest(partitions));
  measure(`FetchResponse, partitions: ${partitions}`, fetchResponseCodec, 17, fetchResponse(partitions));
}
for (const topics of [1, 100]) {
  measure(`MetadataResponse, topics of 10: ${topics}`, metadataResponseCodec, 13, metadataResponse(topics));
}
