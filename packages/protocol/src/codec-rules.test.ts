import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ZERO_UUID } from '@sluice/kernel/ids';
import { apiVersionsRequestCodec } from './generated/messages/api-versions-request.ts';
import { fetchRequestCodec } from './generated/messages/fetch-request.ts';
import { metadataRequestCodec } from './generated/messages/metadata-request.ts';
import { produceRequestCodec } from './generated/messages/produce-request.ts';
import { consumerGroupMemberMetadataValueCodec } from './generated/records/group/consumer-group-member-metadata-value.ts';
import { INT64_MAX } from './int64.ts';
import type { MessageCodec } from './message-codec.ts';
import { ProtocolError } from './protocol-error.ts';
import { Reader } from './reader.ts';
import { UnsupportedVersionError } from './unsupported-version-error.ts';
import { Writer } from './writer.ts';

function encode<Input>(codec: MessageCodec<unknown, Input>, value: Input, version: number): Buffer {
  const writer = new Writer();
  codec.encode(writer, value, version);
  return Buffer.concat(writer.finish());
}

function decodeFailure(codec: MessageCodec<unknown, never>, bytes: Buffer, version: number): ProtocolError {
  try {
    codec.decode(new Reader(bytes), version);
  } catch (error) {
    assert.ok(error instanceof ProtocolError);
    return error;
  }
  assert.fail('it decodes');
}

const produce = {
  acks: -1,
  timeoutMs: 1000,
  topicData: [
    { name: 'a', partitionData: [{ index: 0, records: Buffer.from('AAA') }] },
    {
      name: 'b',
      partitionData: [
        { index: 1, records: Buffer.from('BBB') },
        { index: 2, records: Buffer.from('CCC') },
      ],
    },
  ],
};

test('an error names the path of the field, with indexes, and the offset', () => {
  const bytes = encode(produceRequestCodec, produce, 3);
  const error = decodeFailure(produceRequestCodec, bytes.subarray(0, bytes.length - 1), 3);
  assert.equal(error.path, 'topicData[1].partitionData[1].records');
  assert.equal(error.offset, bytes.length - 3);
  assert.equal(error.message, `${error.path}: 3 bytes wanted, 2 left (at byte ${error.offset})`);
  assert.ok(error.stack?.includes(error.message), 'the stack says the same as the message');
});

test('an error in an array of numbers or in a tagged field has a path, too', () => {
  const value = { maxWaitMs: 0, minBytes: 0, topics: [], replicaState: { replicaId: 1, replicaEpoch: 2 } };
  const bytes = encode(fetchRequestCodec, value, 18);
  bytes.writeUInt32BE(0x7fffffff, bytes.length - 9);
  assert.equal(decodeFailure(fetchRequestCodec, bytes, 18).path, 'replicaState.replicaEpoch');
  const forgotten = {
    maxWaitMs: 0,
    minBytes: 0,
    topics: [],
    forgottenTopicsData: [{ topic: 't', partitions: [1, 2] }],
  };
  const old = encode(fetchRequestCodec, forgotten, 7);
  assert.equal(decodeFailure(fetchRequestCodec, old.subarray(0, -1), 7).path, 'forgottenTopicsData[0].partitions');
});

test('records of a decoded message are a view of its frame', () => {
  const bytes = encode(produceRequestCodec, produce, 13);
  const decoded = produceRequestCodec.decode(new Reader(bytes), 13);
  const records = decoded.topicData[0]?.partitionData[0]?.records;
  assert.equal(records?.toString(), 'AAA');
  assert.equal(records.buffer, bytes.buffer);
});

test('records may be encoded from several buffers that follow each other', () => {
  const records = [Buffer.from('A'), Buffer.from('AA')];
  const inPieces = { ...produce, topicData: [{ name: 'a', partitionData: [{ index: 0, records }] }] };
  const inOne = { ...produce, topicData: produce.topicData.slice(0, 1) };
  assert.deepEqual(encode(produceRequestCodec, inPieces, 9), encode(produceRequestCodec, inOne, 9));
});

test('fields that the version lacks come back at their default', () => {
  const bytes = encode(fetchRequestCodec, { maxWaitMs: 1, minBytes: 2, topics: [] }, 4);
  assert.deepEqual(fetchRequestCodec.decode(new Reader(bytes), 4), {
    clusterId: null,
    replicaId: -1,
    replicaState: { replicaId: -1, replicaEpoch: -1 },
    maxWaitMs: 1,
    minBytes: 2,
    maxBytes: 0x7fffffff,
    isolationLevel: 0,
    sessionId: 0,
    sessionEpoch: -1,
    topics: [],
    forgottenTopicsData: [],
    rackId: '',
  });
});

test("a fetch request's high watermark is INT64_MAX when unknown", () => {
  const partition = { partition: 0, fetchOffset: 5, partitionMaxBytes: 1 };
  const topics = [{ topicId: ZERO_UUID, partitions: [partition, { ...partition, highWatermark: 7 }] }];
  const bytes = encode(fetchRequestCodec, { maxWaitMs: 0, minBytes: 0, topics }, 18);
  const decoded = fetchRequestCodec.decode(new Reader(bytes), 18);
  assert.deepEqual(
    decoded.topics[0]?.partitions.map(({ highWatermark }) => highWatermark),
    [INT64_MAX, 7],
  );
});

test('a field that the version lacks must be at its default, unless it is ignorable', () => {
  const forgottenTopicsData = [{ topic: 't', partitions: [0] }];
  const request = { maxWaitMs: 0, minBytes: 0, topics: [] };
  assert.throws(() => encode(fetchRequestCodec, { ...request, forgottenTopicsData }, 6), {
    name: 'UnsupportedVersionError',
    message: 'FetchRequest.forgottenTopicsData is set, and version 6 does not have it',
  });
  assert.throws(() => encode(fetchRequestCodec, { ...request, replicaId: 3 }, 15), UnsupportedVersionError);
  assert.throws(
    () => encode(fetchRequestCodec, { ...request, replicaState: { replicaId: 3 } }, 14),
    UnsupportedVersionError,
  );
  // Ignorable.
  assert.deepEqual(encode(fetchRequestCodec, { ...request, rackId: 'r' }, 4), encode(fetchRequestCodec, request, 4));
});

test('null is refused in versions that forbid it', () => {
  assert.throws(() => encode(metadataRequestCodec, { topics: null }, 0), UnsupportedVersionError);
  assert.equal(encode(metadataRequestCodec, { topics: null }, 1).toString('hex'), 'ffffffff');
  assert.equal(decodeFailure(metadataRequestCodec, Buffer.from('ffffffff', 'hex'), 0).path, 'topics');
});

test('a version that the message lacks is refused', () => {
  assert.throws(() => encode(produceRequestCodec, produce, 2), UnsupportedVersionError);
  assert.throws(() => produceRequestCodec.decode(new Reader(Buffer.alloc(9)), 14), UnsupportedVersionError);
});

test('unknown tagged fields are kept apart and written again', () => {
  const bytes = Buffer.from('026102620203016305027a7a', 'hex');
  const decoded = apiVersionsRequestCodec.decode(new Reader(bytes), 3);
  assert.deepEqual(decoded, {
    clientSoftwareName: 'a',
    clientSoftwareVersion: 'b',
    unknownTaggedFields: [
      { tag: 3, data: Buffer.from('c') },
      { tag: 5, data: Buffer.from('zz') },
    ],
  });
  assert.deepEqual(encode(apiVersionsRequestCodec, decoded, 3), bytes);
  assert.throws(() => encode(apiVersionsRequestCodec, decoded, 2), UnsupportedVersionError);
});

test('a known tagged field in a version that lacks it is refused, as in Kafka', () => {
  const bytes = encode(fetchRequestCodec, { maxWaitMs: 0, minBytes: 0, topics: [], clusterId: 'c' }, 12);
  bytes[bytes.length - 4] = 1;
  assert.match(decodeFailure(fetchRequestCodec, bytes, 12).message, /^replicaState: a tagged field of later versions/);
});

test('a tagged struct can be null without null being its default', () => {
  const value = {
    instanceId: null,
    rackId: null,
    clientId: '',
    clientHost: '',
    subscribedTopicNames: [],
    subscribedTopicRegex: null,
    serverAssignor: null,
    classicMemberMetadata: null,
  };
  const bytes = encode(consumerGroupMemberMetadataValueCodec, value, 0);
  assert.equal(bytes.subarray(-4).toString('hex'), '01000100');
  assert.equal(consumerGroupMemberMetadataValueCodec.decode(new Reader(bytes), 0).classicMemberMetadata, null);
});
