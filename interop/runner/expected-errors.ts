type Topic = 'existing' | 'small' | 'none' | 'badName';

/** What is provoked, and on which topic. `small` takes records up to `tooLargeLimitBytes` of cases.json. */
export const errorKinds = [
  { kind: 'unknownTopic', topic: 'none' },
  { kind: 'tooLarge', topic: 'small' },
  { kind: 'badPartition', topic: 'existing' },
  { kind: 'badConfig', topic: 'none' },
  { kind: 'unknownConfig', topic: 'none' },
  { kind: 'badName', topic: 'badName' },
  { kind: 'topicExists', topic: 'existing' },
  { kind: 'badReplication', topic: 'none' },
  { kind: 'badPartitionCount', topic: 'none' },
  { kind: 'outOfRange', topic: 'existing' },
] as const satisfies readonly { kind: string; topic: Topic }[];

export type ErrorKind = (typeof errorKinds)[number]['kind'];

type Expectations = Partial<Record<ErrorKind, RegExp | string>>;

/** What the answer to a wrong CreateTopics becomes, where it has one type for all codes. */
const creation = (type: string): Expectations => ({
  badConfig: new RegExp(`^${type} 40 .*`),
  unknownConfig: new RegExp(`^${type} 40 .*`),
  badName: new RegExp(`^${type} 17 `),
  topicExists: new RegExp(`^${type} 36 `),
  badReplication: new RegExp(`^${type} 38 `),
  badPartitionCount: new RegExp(`^${type} 37 `),
});

/** The same, where the type says the code's name. */
const namedCreation = (prefix: string, suffix = ''): Expectations => ({
  badConfig: new RegExp(`^${prefix}INVALID_CONFIG${suffix} 40 `),
  unknownConfig: new RegExp(`^${prefix}INVALID_CONFIG${suffix} 40 `),
  badName: new RegExp(`^${prefix}(INVALID_)?TOPIC_EXCEPTION${suffix} 17 `),
  topicExists: new RegExp(`^${prefix}TOPIC_ALREADY_EXISTS${suffix} 36 `),
  badReplication: new RegExp(`^${prefix}INVALID_REPLICATION_FACTOR${suffix} 38 `),
  badPartitionCount: new RegExp(`^${prefix}INVALID_PARTITIONS${suffix} 37 `),
});

const pythonCreation: Expectations = {
  badConfig: /^InvalidConfigurationError 40 /,
  unknownConfig: /^InvalidConfigurationError 40 /,
  badName: /^InvalidTopicError 17 /,
  topicExists: /^TopicAlreadyExistsError 36 /,
  badReplication: /^InvalidReplicationFactorError 38 /,
  badPartitionCount: /^InvalidPartitionsError 37 /,
};

const kcatHasNone = 'kcat makes no topics';

/** The error that each client's user sees, as `type code message`; a string says why a client cannot be provoked. */
export const expectedErrors: Readonly<Record<string, Expectations>> = {
  'franz-go': {
    unknownTopic: /^kerr.UNKNOWN_TOPIC_OR_PARTITION 3 /,
    tooLarge: /^kerr.MESSAGE_TOO_LARGE 10 /,
    badPartition: /invalid record partitioning choice of 99/,
    ...namedCreation('kerr.'),
    outOfRange: /^kerr.OFFSET_OUT_OF_RANGE 1 /,
  },
  sarama: {
    unknownTopic: /^sarama.KError 3 /,
    tooLarge: /^sarama.KError 10 /,
    badPartition: /partitioner returned an invalid partition index/,
    ...creation('sarama.TopicError'),
    outOfRange: /^sarama.KError 1 /,
  },
  platformatic: {
    unknownTopic: /^UserError .*Unknown topic errors.none/,
    tooLarge: /MESSAGE_TOO_LARGE 10 /,
    badPartition: 'it takes the partition modulo their number',
    ...namedCreation('MultipleErrors '),
    outOfRange: /^ResponseError OFFSET_OUT_OF_RANGE 1 /,
  },
  kafkajs: {
    unknownTopic: /^KafkaJSProtocolError UNKNOWN_TOPIC_OR_PARTITION 3 /,
    tooLarge: /^KafkaJSProtocolError MESSAGE_TOO_LARGE 10 /,
    badPartition: 'it drops records to a partition that is not there',
    ...namedCreation('KafkaJSCreateTopicError '),
    topicExists: /not created/,
    outOfRange: 'it reads by group only, and starts again where the group says',
  },
  'kafka-python': {
    unknownTopic: /^KafkaTimeoutError .*Failed to update metadata/,
    tooLarge: /^MessageSizeTooLargeError 10 /,
    badPartition: /^ValueError .*Unrecognized partition 99/,
    ...pythonCreation,
    outOfRange: /^OffsetOutOfRangeError 1 /,
  },
  aiokafka: {
    unknownTopic: /^UnknownTopicOrPartitionError 3 /,
    tooLarge: /^MessageSizeTooLargeError 10 /,
    badPartition: /^AssertionError .*Unrecognized partition/,
    ...pythonCreation,
    outOfRange: /^OffsetOutOfRangeError 1 /,
  },
  'confluent-kafka': {
    unknownTopic: /^KafkaException UNKNOWN_TOPIC_OR_PART 3 /,
    tooLarge: /^KafkaException MSG_SIZE_TOO_LARGE 10 /,
    badPartition: /^KafkaException _UNKNOWN_PARTITION -190 /,
    ...namedCreation('KafkaException '),
    outOfRange: /^KafkaException /,
  },
  kcat: {
    unknownTopic: /Unknown topic|unknown topic/i,
    tooLarge: /Message size too large/,
    badPartition: /[Uu]nknown partition/,
    badConfig: kcatHasNone,
    unknownConfig: kcatHasNone,
    badName: kcatHasNone,
    topicExists: kcatHasNone,
    badReplication: kcatHasNone,
    badPartitionCount: kcatHasNone,
    outOfRange: /out of range/i,
  },
  'kafka-clients': {
    unknownTopic: /^TimeoutException .*errors.none/,
    tooLarge: /^RecordTooLargeException 10 /,
    badPartition: /^TimeoutException .*Partition 99/,
    badConfig: /^InvalidConfigurationException 40 /,
    unknownConfig: /^InvalidConfigurationException 40 /,
    badName: /^InvalidTopicException 17 /,
    topicExists: /^TopicExistsException 36 /,
    badReplication: /^InvalidReplicationFactorException 38 /,
    badPartitionCount: /^InvalidPartitionsException 37 /,
    outOfRange: /^OffsetOutOfRangeException /,
  },
};
