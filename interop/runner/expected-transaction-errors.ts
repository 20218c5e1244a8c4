/** What a transaction that another producer, or its timeout, has ended says to its client. */
export const transactionErrorKinds = ['fencedSend', 'fencedCommit', 'timedOutCommit'] as const;
export type TransactionErrorKind = (typeof transactionErrorKinds)[number];
export type TransactionStep =
  | TransactionErrorKind
  | 'open'
  | 'aborts'
  | 'copy'
  | 'copyThroughKills'
  | 'transferThroughKills'
  | 'offsets'
  | 'committed'
  | 'uncommitted';

/**
 * The client's own error. Those that speak version 1 of transactions hear after a timeout that they are fenced, those of
 * version 2 that their transaction is not one that can be committed.
 */
export const expectedTransactionErrors: Readonly<
  Record<string, Readonly<Partial<Record<TransactionErrorKind, RegExp>>>>
> = {
  'kafka-clients': {
    fencedSend: /^InvalidProducerEpochException \(47\)/,
    fencedCommit: /^ProducerFencedException \(90\)/,
    timedOutCommit: /^InvalidTxnStateException \(48\)/,
  },
  'confluent-kafka': {
    fencedSend: /^KafkaException _FENCED: .*old epoch/,
    fencedCommit: /^KafkaException _FENCED: .*fenced by a newer instance/,
    timedOutCommit: /^KafkaException _FENCED: .*fenced by a newer instance/,
  },
  'franz-go': {
    fencedSend: /^kerr.INVALID_PRODUCER_EPOCH \(47\)/,
    fencedCommit: /^kerr.PRODUCER_FENCED \(90\)/,
    timedOutCommit: /^kerr.INVALID_TXN_STATE \(48\)/,
  },
  sarama: {
    fencedSend: /^sarama.KError \(47\)/,
    fencedCommit: /^sarama.KError \(90\)/,
    timedOutCommit: /^sarama.KError \(90\)/,
  },
  platformatic: {
    timedOutCommit: /^ResponseError PRODUCER_FENCED \(90\)/,
  },
  kafkajs: {
    fencedSend: /^KafkaJSProtocolError INVALID_PRODUCER_EPOCH \(47\)/,
    fencedCommit: /^KafkaJSProtocolError INVALID_PRODUCER_EPOCH \(47\)/,
    timedOutCommit: /^KafkaJSProtocolError INVALID_PRODUCER_EPOCH \(47\)/,
  },
  'kafka-python': {
    fencedSend: /^InvalidProducerEpochError \(47\)/,
    fencedCommit: /^ProducerFencedError \(90\)/,
    timedOutCommit: /^ProducerFencedError \(90\)/,
  },
  aiokafka: {
    fencedSend: /^ProducerFenced: /,
    fencedCommit: /^ProducerFenced: /,
    timedOutCommit: /^ProducerFenced: /,
  },
};

const asksAsZero = 'a second producer asks as producer 0 with epoch 0, not as one without an id: it is itself refused';

/** Seen with aiokafka: after twenty kills, the first records of one partition had come out twice. */
const knowsNoMembers =
  'it commits offsets for a group without its member (before KIP-447): a rebalance within a transaction may double records, with any broker';

/** What a client has no way to do, or does wrong by itself, with any broker. */
export const transactionLimits: Readonly<Record<string, Readonly<Partial<Record<TransactionStep, string>>>>> = {
  platformatic: {
    offsets: 'it commits offsets of messages that its consumer has read',
    aborts: 'of several transactions that one producer aborted, it hides the last of a fetch only',
    fencedSend: asksAsZero,
    fencedCommit: asksAsZero,
    copyThroughKills: asksAsZero,
    transferThroughKills: asksAsZero,
  },
  sarama: { copyThroughKills: knowsNoMembers },
  kafkajs: { copyThroughKills: knowsNoMembers },
  'franz-go': { offsets: 'it commits offsets of what its own members of the group read' },
};
