import type { Difference } from '../difference.ts';

/** Requests and connections of any kind. */
export const requestDifferences: readonly Difference[] = [
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
];
