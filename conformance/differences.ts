import type { Finding } from './compare.ts';
import type { Json } from './wire/decode.ts';

/** A place where Sluice means to answer otherwise than Kafka. docs/differences.md is made from this table. */
export type Difference = {
  readonly title: string;
  readonly kafka: string;
  readonly sluice: string;
  readonly reason: string;
  /** Not meant to stay: what takes it away. */
  readonly until?: string;
  /** Which findings it covers; none if no script can see it. */
  readonly places: readonly Place[];
};

/** What is left out matches everything. */
export type Place = {
  /** Start of the file's name under cases/. */
  readonly file?: string;
  readonly case?: RegExp;
  readonly path?: RegExp;
  readonly kafka?: RegExp;
  readonly here?: RegExp;
};

export const differences: readonly Difference[] = [
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
    title: 'An error comes with a message',
    kafka: 'Many errors have no message (null).',
    sluice: 'The message says what was wrong.',
    reason: 'Clients show it to people and do not parse it.',
    places: [
      { file: '00-', path: /partitionResponses\[.*\.errorMessage$/ },
      { file: '19-', case: /^a timeout of zero/, path: /\.errorMessage$/ },
      { file: '78-', case: /^a group that nothing was begun for/, path: /\.errorMessage$/ },
      { file: '20-', case: /^a timeout of zero/, path: /\.errorMessage$/ },
      { file: '37-', case: /^a timeout of zero/, path: /\.errorMessage$/ },
      { file: '61-', case: /^(unknown topics and partitions|the same twice)/, path: /\.errorMessage$/ },
      { file: '68-', case: /^more topics than a record can hold$/, path: /^[123]\.errorMessage$/ },
    ].map((place) => ({ ...place, kafka: /^null$/, here: /^"<text>"$/ })),
  },
  {
    title: 'Requests that Kafka never answers',
    kafka:
      'Produce with null records, and AlterConfigs that names a resource twice, are never answered; the connection is stuck. ' +
      "So is JoinGroup that names a protocol twice, or whose subscription of a consumer cannot be read, and the group's " +
      'other members with it. AddPartitionsToTxn of no transaction is another, and so are a marker of WriteTxnMarkers that names ' +
      'a partition twice, and DescribeShareGroupOffsets of a partition that does not exist.',
    sluice:
      'They are answered with INVALID_RECORD and INVALID_REQUEST. The member joins: a protocol that is named twice counts ' +
      'once, and what cannot be read subscribes to nothing. No transaction has no results. The partition gets the marker ' +
      'once, and two answers; the one that does not exist is UNKNOWN_TOPIC_OR_PARTITION.',
    reason: 'A client that waits for ever helps nobody, and its connection is kept for nothing.',
    places: [
      { file: '00-', case: /^null records$/ },
      { file: '33-', case: /^the same resource twice$/ },
      { file: '11-', case: /^(the same protocol twice|a subscription of .*)$/, path: /^[12]\./ },
      { file: '24-', case: /^of several transactions$/, path: /^3\./ },
      { file: '27-', case: /^numbers that nobody has$/, path: /^[789]\./ },
      { file: '90-', case: /^a partition that does not exist$/, path: /^2\./ },
    ],
  },
  {
    title: 'A member epoch without a member',
    kafka: 'OffsetFetch with a member epoch and no member id fails inside: UNKNOWN_SERVER_ERROR.',
    sluice: 'UNKNOWN_MEMBER_ID.',
    reason: 'It says what is wrong.',
    places: [
      { file: '09-', case: /^as a member of a consumer group/, path: /^9\.groups\[.*\]\.errorCode$/, kafka: /^-1$/ },
    ],
  },
  {
    title: 'What could not be written leaves no trace',
    kafka:
      'After a subscription that is too large to be written, ConsumerGroupDescribe lists a member of the group twice.',
    sluice: 'Each member is listed once.',
    reason: 'There is one.',
    places: [{ file: '68-', case: /^more topics than a record can hold$/, path: /^4\.groups\[.*\]\.members\[1\]$/ }],
  },
  {
    title: 'A group that becomes classic while partitions move',
    kafka: 'DescribeGroups shows what each member was to have, although some of that may still be with another.',
    sluice: 'It shows what each member has, until the rebalance that follows at once.',
    reason:
      'If the group is upgraded again before it has rebalanced, a partition on its way would be taken for that of a member ' +
      'who does not know of it, and two would read it.',
    places: [{ file: '68-', case: /^the last new member leaves/, path: /^7\..*\.memberAssignment$/ }],
  },
  {
    title: 'One connection too many is closed',
    kafka:
      'Once max.connections is reached, the listener accepts no more: further connections wait in the queue of the ' +
      'operating system until one of the others is closed. (One too many from an address, max.connections.per.ip, is closed.)',
    sluice:
      'Both are closed at once, and told in the log. There are never more connections than three eighths of the ' +
      "process's descriptors less 32: the logs need the others.",
    reason:
      'A client that hears nothing waits for its own timeout; one that is refused says so, and tries another broker.',
    places: [],
  },
  {
    title: 'A request that comes while a transaction ends waits for its end',
    kafka:
      'Requests of a producer whose last transaction is still being ended are sent away with CONCURRENT_TRANSACTIONS; ' +
      'it asks again after 20 ms or more.',
    sluice:
      'They wait for up to a second, eight of one transactional id at most, and are then answered as if they had come ' +
      'after it. CONCURRENT_TRANSACTIONS comes when that is over.',
    reason:
      'Markers are mostly written within a few milliseconds; the pause was most of what a short transaction took.',
    places: [],
  },
  {
    title: 'Partitions whose offsets could not be fetched are named',
    kafka:
      'OffsetFetch v2 to v7 has one error for the whole answer, and names no partition then: for instance while the ' +
      'coordinator of the group loads.',
    sluice: 'The answer has the error, and so has each partition that was asked for.',
    reason:
      'aiokafka does not look at the error of the whole answer. It takes what is not named for not committed, begins at ' +
      'auto_offset_reset, and does again what was done.',
    places: [],
  },
  {
    title: 'A transaction is aborted when its time is over',
    kafka:
      'Transactions that have taken too long are looked for every transaction.abort.timed.out.transaction.cleanup.interval.ms ' +
      '(10 s), by the wall clock.',
    sluice: 'Each has its own timer, and is aborted when its transaction.timeout.ms is over. The setting does nothing.',
    reason: 'Readers of committed records wait behind a transaction that hangs; ten seconds more help nobody.',
    places: [],
  },
  {
    title: 'What members of groups and requests about groups may claim has limits',
    kafka:
      'A member may name as many topics, protocols and bytes as its request holds; a group or a partition that a request names again is answered each time.',
    sluice:
      'A member names at most 10,000 topics, the members of a group 50,000; a classic member has 1,000 protocols and 2 MB of metadata, the members of all classic groups of a broker 256 MB together (others are told COORDINATOR_NOT_AVAILABLE); a classic group of more than 1 MB is not upgraded; what a request names again is answered up to ten times.',
    reason: 'Each of them let one client hold up everybody for seconds, or take hundreds of megabytes.',
    places: [],
  },
  {
    title: 'The first FindCoordinator waits for its topic',
    kafka: 'COORDINATOR_NOT_AVAILABLE while __consumer_offsets is made; clients ask again.',
    sluice: 'The answer comes once the topic is there.',
    reason: 'A first consumer starts sooner by the time that its client would wait before it asks again.',
    places: [],
  },
  {
    title: 'The same partition twice in one request',
    kafka:
      'The last one wins; the others are dropped without a word. So it is with a transaction that AddPartitionsToTxn, or a ' +
      'producer that WriteTxnMarkers names twice: some of what was done is not answered, some not done.',
    sluice: 'Each is served and answered, in order.',
    reason: 'Records that were sent are not dropped silently. No client sends such requests.',
    places: [
      { file: '00-', case: /^the same partition twice/ },
      { file: '01-', case: /the same partition twice$/, path: /^2\./ },
      { file: '24-', case: /^of the same transaction twice/ },
      { file: '27-', case: /^several of one producer/, path: /^4\./ },
    ],
  },
  {
    title: 'Patterns have limits',
    kafka:
      'A regular expression may be of any length and count as far as RE2/J does; a small one, of counts within counts, keeps ' +
      'the broker from answering for many seconds.',
    sluice:
      'A pattern of a subscription, or of ListTransactions, past 8,192 characters or 500 parts, counted out, is INVALID_REGULAR_EXPRESSION ' +
      '(see docs/decisions/regular-expressions.md).',
    reason: 'Nobody else should wait while a stranger has a pattern tried.',
    places: [{ file: '66-', case: /^by hostile patterns$/, path: /^(18|20)\./ }],
  },
  {
    title: 'A transactional batch has a producer',
    kafka:
      'A batch that says it is transactional, and has no producer id, is written without asking the coordinator, and shown ' +
      'to readers of committed records at once.',
    sluice: 'It is refused with INVALID_PRODUCER_ID_MAPPING.',
    reason: 'No transaction will ever end what it says it belongs to. No client writes it.',
    places: [{ file: '00-', case: /^transactional: without the id, without a producer$/ }],
  },
  {
    title: 'Compressed batches are not opened on the way in',
    kafka:
      'A compressed batch is decompressed and its records are checked; rubbish is UNKNOWN_SERVER_ERROR or INVALID_RECORD.',
    sluice:
      "The batch's header and checksum are checked; its records are opened only where the topic asks for it (compaction, " +
      'another compression, append-time limits).',
    reason:
      "Bytes pass through: no work per record. The checksum is the producer's own, so only a faulty client can write such a batch.",
    places: [
      { file: '00-', case: /^bytes that cannot be decompressed$/ },
      { file: '00-', case: /^counts and offsets that do not agree$/, path: /^1[34]\./ },
    ],
  },
  {
    title: 'A fetch returns whole batches',
    kafka: 'The last batch may be cut off at the byte limit; clients throw the piece away.',
    sluice: 'Batches that do not fit are left out (the first one of an answer is always whole in both).',
    reason: 'The piece is of no use to anybody.',
    places: [{ file: '01-', path: /records\[\d+\]$/, kafka: /^\{"_partialBytes":\d+\}$/, here: /^undefined$/ }],
  },
  {
    title: 'Text is text',
    kafka: 'Bytes that are not UTF-8 are replaced and accepted as names and client ids.',
    sluice: 'The connection is closed, as for any request that cannot be read.',
    reason: 'A replaced name is another name.',
    places: [{ file: '99-', case: /that is no text$/ }],
  },
  {
    title: 'Requests that cannot be understood are answered where they can be',
    kafka: 'ACL requests with an unknown kind of resource, operation or permission close the connection.',
    sluice: 'They are answered like the others: SECURITY_DISABLED without an authorizer.',
    reason: 'The request is well-formed; an answer tells its sender more than the end of the connection.',
    places: [{ file: '29-' }, { file: '30-' }, { file: '31-' }].map((place) => ({ ...place, case: /unknown kinds$/ })),
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
    title: 'The log start beside an unknown compression',
    kafka: 'Produce v5 and v6 answer -1, later versions the log start offset.',
    sluice: 'The log start offset in all versions.',
    reason: 'It is true, and not worth a branch.',
    places: [{ file: '00-', case: /^an unknown compression$/, path: /logStartOffset$/ }],
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
    title: 'A clock that has just jumped deletes nothing',
    kafka: 'Retention, tombstones and the expiry of producers go by what the clock says at the moment of the check.',
    sluice:
      'They go by the earliest time that the clock stood at, beside the monotonic one, within the last day; a delete ' +
      'horizon is set by the latest. After a true jump ahead records stay for a day longer.',
    reason: 'A clock that is a day ahead for an hour must not cost a day of records (see docs/decisions).',
    places: [],
  },
  {
    title: 'A log that cannot be compacted is tried again',
    kafka: 'It is uncleanable until the broker is restarted; also where its segments would grow beyond 2 GB.',
    sluice:
      'It is tried again after a minute, then more seldom; what would grow too large is compacted without growing.',
    reason: 'What was wrong may pass, as a full disk does.',
    places: [],
  },
  {
    title: 'The largest timestamp is a record’s',
    kafka: 'ListOffsets for the largest timestamp finds nothing where compaction emptied the batch that had it.',
    sluice: 'It finds the largest that a record has.',
    reason: 'That is what was asked.',
    places: [],
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
    title: 'Logs of a directory that is not there are not made anew',
    kafka:
      'After a start without one of its log directories (a disk that is not mounted, or was replaced), a partition whose only replica was there is made anew, empty.',
    sluice:
      'It is offline, with KAFKA_STORAGE_ERROR and no leader, until the directory is back or the topic is deleted.',
    reason: 'An empty log in the place of one with records is silent loss.',
    places: [],
  },
  {
    title: 'One damaged log does not take its directory with it',
    kafka: 'Any I/O error of one partition takes its whole log directory offline.',
    sluice:
      'It takes that log offline; the directory follows once its own files fail (see docs/decisions/failing-directories.md).',
    reason: 'One bad sector would cost thousands of partitions.',
    places: [],
  },
  {
    title: 'A crash while a log changes its directory needs no help',
    kafka: 'A broker that finds a partition in two log directories does not start before somebody has deleted one.',
    sluice: 'A mark in the copy says which counts; where there is none, that partition alone stays closed.',
    reason: 'See docs/decisions/moves-between-directories.md.',
    places: [],
  },
  {
    title: 'Where a share group begins is kept from the start',
    kafka:
      'The offset that share.auto.offset.reset gives is kept in memory until something is acknowledged: a group at latest whose broker dies before begins behind records that it was given.',
    sluice: 'It is written before anything is delivered; DescribeShareGroupOffsets shows it from then on.',
    reason: 'Those records would be lost to the group.',
    places: [],
  },
  {
    title: 'A share group that begins by duration where nothing is as young',
    kafka: 'Its fetches fail until there is a record that is.',
    sluice: 'It begins at the end, as a consumer does.',
    reason: 'The next record is the first that is young enough.',
    places: [],
  },
  {
    title: 'Records of aborted transactions use up no record locks',
    kafka:
      'In a group that reads committed records they stay in flight until something else is acknowledged; as many of them as there are locks stop the partition for the group.',
    sluice: 'They are passed over at once.',
    reason: 'Nobody would ever acknowledge them.',
    places: [],
  },
  {
    title: 'A member whose connection is gone acquires nothing',
    kafka: 'Its ShareFetch that waits goes on to wait, and locks records that nobody will see until their locks end.',
    sluice: 'The fetch ends with the connection.',
    reason: 'The records are late by half a minute.',
    places: [],
  },
  {
    title: 'A ShareFetch that can give nothing but errors',
    kafka: 'Where the state of all its partitions cannot be read, it is answered when its time is over.',
    sluice: 'It is answered at once.',
    reason: 'Waiting changes nothing: what passes was waited for before.',
    places: [],
  },
  {
    title: 'A refused acknowledgement renews no lock',
    kafka: 'Locks that come before the fault in the same request are renewed.',
    sluice: 'All of a partition counts, or nothing.',
    reason: 'The answer is about the partition as a whole.',
    places: [],
  },
  {
    title: 'A share session that names an unknown topic',
    kafka: 'ShareFetch fails inside as long as the session has it: UNKNOWN_SERVER_ERROR for all partitions.',
    sluice: 'UNKNOWN_TOPIC_ID for that topic; the others are served.',
    reason: 'It says what is wrong, and nothing else suffers.',
    places: [{ file: '78-', case: /topics and partitions that do not exist/ }],
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

export function isCovered(finding: Finding, difference: Difference): boolean {
  return difference.places.some(
    (place) =>
      (place.file === undefined || finding.file.startsWith(place.file)) &&
      (place.case?.test(finding.caseName) ?? true) &&
      (place.path?.test(finding.path) ?? true) &&
      matches(place.kafka, finding.kafka) &&
      matches(place.here, finding.here),
  );
}

function matches(pattern: RegExp | undefined, value: Json | undefined): boolean {
  return pattern === undefined || pattern.test(value === undefined ? 'undefined' : JSON.stringify(value));
}
