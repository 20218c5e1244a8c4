import type { ApiCases, Case, Exchange } from '../case.ts';
import { frameOf, requestFrame } from '../wire/frame.ts';
import { includes, schemaOf } from '../wire/schema.ts';

/** What happens below the APIs: frames, headers, keys and versions that nobody knows. Run at one version only. */
const once = { min: 4 };
const silenceMs = 1500;
/** A request whose answer is the same ten bytes from every broker. */
const small = (correlationId: number) => requestFrame('ListOffsets', 1, correlationId, { replicaId: -1 });
const raw = ($raw: Buffer): Exchange => ({ $raw, $silenceMs: silenceMs });
const sized = (size: number, bytes: Buffer) => {
  const head = Buffer.alloc(4);
  head.writeInt32BE(size);
  return Buffer.concat([head, bytes]);
};
const framed = (bytes: Buffer) => sized(bytes.length, bytes);

const apis = [
  'Produce',
  'Fetch',
  'ListOffsets',
  'Metadata',
  'FindCoordinator',
  'ListGroups',
  'CreateTopics',
  'DeleteTopics',
  'DeleteRecords',
  'InitProducerId',
  'OffsetForLeaderEpoch',
  'DescribeAcls',
  'CreateAcls',
  'DeleteAcls',
  'DescribeConfigs',
  'AlterConfigs',
  'DescribeLogDirs',
  'CreatePartitions',
  'IncrementalAlterConfigs',
  'DescribeQuorum',
  'UpdateFeatures',
  'DescribeCluster',
  'DescribeProducers',
  'GetTelemetrySubscriptions',
  'ListConfigResources',
  'DescribeTopicPartitions',
];

const beyond = (api: string, version: number): Exchange => {
  const { apiKey, flexible } = schemaOf(`${api}Request`);
  return raw(frameOf(apiKey, version, 7, includes(flexible, version), Buffer.alloc(16)));
};

/** One connection each: the answer is mostly its end. */
const each = (name: string, exchange: () => Exchange): Case => ({
  name,
  versions: once,
  exchanges: () => [exchange()],
});

export const cases: ApiCases = {
  api: 'ApiVersions',
  cases: [
    ...apis.map((api) =>
      each(`${api} one version too high`, () => beyond(api, schemaOf(`${api}Request`).latestStable + 1)),
    ),
    ...apis
      .filter((api) => schemaOf(`${api}Request`).versions.min > 0)
      .map((api) => each(`${api} one version too low`, () => beyond(api, schemaOf(`${api}Request`).versions.min - 1))),
    ...[93, 500, 32_767, -1].map((apiKey) =>
      each(`the unknown key ${apiKey}`, () => raw(frameOf(apiKey, 0, 7, false, Buffer.alloc(16)))),
    ),
    ...[4, 5, 6, 7].map((apiKey) =>
      each(`the withdrawn key ${apiKey}`, () => raw(frameOf(apiKey, 0, 7, false, Buffer.alloc(16)))),
    ),
    ...[
      'Vote',
      'BeginQuorumEpoch',
      'AlterPartition',
      'Envelope',
      'FetchSnapshot',
      'BrokerRegistration',
      'BrokerHeartbeat',
      'AllocateProducerIds',
    ].map((api) => each(`${api}, which is for controllers`, () => beyond(api, schemaOf(`${api}Request`).versions.min))),
    {
      name: 'requests in one write are answered in order',
      versions: once,
      exchanges: () => [raw(Buffer.concat([small(1), small(2), small(3)])), raw(Buffer.alloc(0)), raw(Buffer.alloc(0))],
    },
    {
      name: 'a request in pieces',
      versions: once,
      exchanges: () => [
        { $raw: small(1).subarray(0, 3), $silenceMs: 50 },
        { $raw: small(1).subarray(3, 11), $silenceMs: 50 },
        raw(small(1).subarray(11)),
      ],
    },
    {
      name: 'bytes after a body',
      versions: once,
      exchanges: () => [raw(framed(Buffer.concat([small(5).subarray(4), Buffer.from('more')]))), raw(small(6))],
    },
    {
      name: 'a client without an id',
      versions: once,
      exchanges: () => [raw(framed(Buffer.from('0002000100000008ffffffffffff00000000', 'hex')))],
    },
    {
      name: 'an id of the client that is no text',
      versions: once,
      exchanges: () => [raw(framed(Buffer.from('00020001000000080002c328ffffffff00000000', 'hex')))],
    },
    { name: 'a frame of no bytes', versions: once, exchanges: () => [raw(sized(0, Buffer.alloc(0)))] },
    { name: 'a frame of a negative size', versions: once, exchanges: () => [raw(sized(-1, Buffer.alloc(8)))] },
    {
      name: 'a frame larger than is allowed',
      versions: once,
      exchanges: () => [raw(sized(104_857_601, Buffer.alloc(8)))],
    },
    {
      name: 'a header that ends too early',
      versions: once,
      exchanges: () => [raw(framed(Buffer.from('0003', 'hex')))],
    },
    {
      name: 'a header without a client id',
      versions: once,
      exchanges: () => [raw(framed(Buffer.from('0003000100000001', 'hex')))],
    },
    { name: 'a body that ends too early', versions: once, exchanges: () => [raw(framed(small(3).subarray(4, 23)))] },
    {
      name: 'an array that claims more than there is',
      versions: once,
      exchanges: () => [raw(framed(Buffer.from('00030001000000010000' + '7fffffff', 'hex')))],
    },
    {
      name: 'an array of a negative count',
      versions: once,
      exchanges: () => [raw(framed(Buffer.from('00020001000000010000' + 'ffffffff' + 'fffffffe', 'hex')))],
    },
    {
      name: 'a name that is no text',
      versions: once,
      exchanges: () => [
        raw(
          requestFrame('ListOffsets', 1, 9, {
            replicaId: -1,
            topics: [{ name: Buffer.from('c328', 'hex'), partitions: [{ partitionIndex: 0, timestamp: -1 }] }],
          }),
        ),
      ],
    },
    { name: 'a TLS hello', versions: once, exchanges: () => [raw(Buffer.from('160301020001000001fc0303', 'hex'))] },
    {
      name: 'an HTTP request',
      versions: once,
      exchanges: () => [raw(Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'))],
    },
  ],
};
