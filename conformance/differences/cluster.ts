import type { Difference } from '../difference.ts';

/** What the cluster is, and how it is administered. */
export const clusterDifferences: readonly Difference[] = [
  {
    title: 'Only what works is advertised',
    kafka: 'ApiVersions lists every API of the broker.',
    sluice: 'ApiVersions lists the APIs that Sluice serves; clients then say themselves what they cannot do.',
    reason: 'An API that is advertised but fails costs its user more than one that is absent.',
    until: 'each API appears as soon as it works',
    places: [{ file: '18-', path: /apiKeys\[apiKey=\d+\]$/, here: /^undefined$/ }],
  },
  {
    title: 'No KRaft among the features',
    kafka: 'The feature kraft.version is supported and finalised.',
    sluice: 'It is not listed.',
    reason: 'There is no Raft quorum of controllers: metadata lives in a store (see docs/decisions).',
    places: [{ file: '18-', path: /(supported|finalized)Features\[name=kraft\.version\]/ }],
  },
  {
    title: 'No client metrics',
    kafka: 'GetTelemetrySubscriptions and PushTelemetry are answered although they are not advertised.',
    sluice:
      'GetTelemetrySubscriptions is UNSUPPORTED_VERSION; PushTelemetry ends the connection like any API that is not served.',
    reason: 'Sluice does not collect metrics of clients. Clients look at ApiVersions first.',
    places: [{ file: '71-', case: /^(not advertised, yet answered|pushing telemetry)$/, path: /^[01]\./ }],
  },
  {
    title: 'Features are not updated',
    kafka: 'UpdateFeatures changes the finalised level of a feature.',
    sluice: 'It is not served.',
    reason: 'The levels are fixed.',
    places: [{ file: '57-' }],
  },
  {
    title: 'A resource is described once',
    kafka: 'DescribeConfigs describes a resource as often as the request names it.',
    sluice: 'The second time is INVALID_REQUEST.',
    reason: 'A small request must not be answered with megabytes.',
    places: [{ file: '32-', case: /the same twice/, path: /^1\.results\[1\]/ }],
  },
  {
    title: 'An invalid topic name does not fail the others',
    kafka: 'DescribeTopicPartitions with one invalid name is UNKNOWN_SERVER_ERROR for all topics of the request.',
    sluice: 'INVALID_TOPIC_EXCEPTION for that name.',
    reason: 'The others are not to blame.',
    places: [{ file: '75-', case: /^unknown and invalid names$/, path: /^1\.topics/ }],
  },
  {
    title: 'The quorum is a store',
    kafka: 'DescribeQuorum shows the voters of the Raft log, their directories and the listeners of the controllers.',
    sluice: 'The controller is the only voter, with its own directory and the listeners of the brokers.',
    reason: 'There is no Raft quorum of controllers (see docs/decisions).',
    places: [{ file: '55-', path: /(replicaDirectoryId|nodes\[.*)$/ }],
  },
  {
    title: 'Settings of the store instead of controllers, and settings of our own',
    kafka: 'Brokers have settings for their roles and for the quorum of controllers.',
    sluice: 'These have no effect and show their defaults; settings whose names begin with sluice. are added.',
    reason: 'Metadata lives in a store (see docs/decisions).',
    places: [
      {
        file: '32-',
        case: /^the broker$/,
        path: /name=(process\.roles|controller\.[a-z.]+|listener\.security\.protocol\.map|log\.dirs|node\.id|broker\.id|(advertised\.)?listeners)\]/,
      },
      { file: '32-', case: /^the broker$/, path: /name=sluice\.[a-z.]+\]$/ },
    ],
  },
  {
    title: 'Replicas stay on their broker',
    kafka: 'AlterPartitionReassignments moves replicas between brokers.',
    sluice: 'It accepts the replicas that a partition has, as tools ask before they move logs between directories.',
    reason: 'There is one broker.',
    until: 'replication',
    places: [],
  },
];
