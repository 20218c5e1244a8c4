/** What is provoked on groups: by one call, or by joining in a way that cannot be. */
export const groupErrorKinds = [
  'commitAsStranger',
  'commitUnknownTopic',
  'longMetadata',
  'deleteLiveGroup',
  'deleteUnknownGroup',
  'subscribeUnknownTopic',
  'noCommonAssignor',
  'shortSession',
  'emptyGroupId',
  'unknownAssignor',
  'takenInstanceId',
] as const;

export type GroupErrorKind = (typeof groupErrorKinds)[number];

type Expectations = Partial<Record<GroupErrorKind, RegExp | string>>;

const waits = 'it waits for the topic without a word';
const fencedSilently = 'it does not tell that it is fenced';
const ownAssignors = 'it has no assignors of the broker';

const python: Expectations = {
  longMetadata: /^OffsetMetadataTooLargeError 12 /,
  commitUnknownTopic: 'it tries again until the caller has had enough',
  subscribeUnknownTopic: waits,
  noCommonAssignor: /^InconsistentGroupProtocolError 23 /,
  shortSession: /^InvalidSessionTimeoutError 26 /,
  emptyGroupId: /^InvalidGroupIdError 24 /,
  unknownAssignor: ownAssignors,
};

/** The error that each client's user sees, as `type code message`; a string says why there is none to see. */
export const expectedGroupErrors: Readonly<Record<string, Expectations>> = {
  'kafka-clients': {
    commitAsStranger: /^CommitFailedException .*already rebalanced/,
    commitUnknownTopic: /^TimeoutException /,
    longMetadata: /^OffsetMetadataTooLarge 12 /,
    deleteLiveGroup: /^GroupNotEmptyException 68 /,
    deleteUnknownGroup: /^GroupIdNotFoundException 69 /,
    subscribeUnknownTopic: waits,
    noCommonAssignor: /^InconsistentGroupProtocolException 23 /,
    shortSession: /^InvalidSessionTimeoutException 26 /,
    emptyGroupId: /^KafkaException: Failed to construct kafka consumer/,
    unknownAssignor: /^UnsupportedAssignorException 112 ServerAssignor no-such-assignor is not supported. Supported/,
    takenInstanceId: /^FencedInstanceIdException 82 /,
  },
  'confluent-kafka': {
    commitAsStranger: /^KafkaException UNKNOWN_MEMBER_ID 25 /,
    commitUnknownTopic: /^KafkaException UNKNOWN_TOPIC_OR_PART 3 /,
    longMetadata: /^KafkaException OFFSET_METADATA_TOO_LARGE 12 /,
    deleteLiveGroup: /^KafkaException NON_EMPTY_GROUP 68 /,
    deleteUnknownGroup: /^KafkaException GROUP_ID_NOT_FOUND 69 /,
    subscribeUnknownTopic: /^KafkaException UNKNOWN_TOPIC_OR_PART 3 /,
    noCommonAssignor: /^KafkaException INCONSISTENT_GROUP_PROTOCOL 23 /,
    shortSession: /^KafkaException INVALID_SESSION_TIMEOUT 26 /,
    emptyGroupId: 'it aborts its whole process',
    unknownAssignor: /^KafkaException _FATAL .*assignor or its version range is not supported/,
    takenInstanceId: /^KafkaException (_FATAL|FENCED_INSTANCE_ID) /,
  },
  kcat: {
    commitAsStranger: 'kcat commits as a member only',
    commitUnknownTopic: 'kcat commits as a member only',
    longMetadata: 'kcat commits no metadata',
    deleteLiveGroup: 'kcat deletes no groups',
    deleteUnknownGroup: 'kcat deletes no groups',
    subscribeUnknownTopic: /Unknown topic or partition/,
    noCommonAssignor: /Inconsistent group protocol/,
    shortSession: /Invalid session timeout/,
    emptyGroupId: /Unknown group/,
    unknownAssignor: ownAssignors,
    takenInstanceId: /fenced/,
  },
  'franz-go': {
    commitAsStranger: /^kerr.UNKNOWN_MEMBER_ID 25 /,
    commitUnknownTopic: /^kerr.UNKNOWN_TOPIC_OR_PARTITION 3 /,
    longMetadata: /^kerr.OFFSET_METADATA_TOO_LARGE 12 /,
    deleteLiveGroup: /^kerr.NON_EMPTY_GROUP 68 /,
    deleteUnknownGroup: /^kerr.GROUP_ID_NOT_FOUND 69 /,
    subscribeUnknownTopic: waits,
    noCommonAssignor: /^kerr.INCONSISTENT_GROUP_PROTOCOL 23 /,
    shortSession: /^kerr.INVALID_SESSION_TIMEOUT 26 /,
    emptyGroupId: /a group was not specified/,
    unknownAssignor: 'it asks for the assignors that it knows',
    takenInstanceId: /^kerr.FENCED_INSTANCE_ID 82 /,
  },
  sarama: {
    commitAsStranger: /^sarama.KError 25 /,
    commitUnknownTopic: /^sarama.KError 3 /,
    longMetadata: /^sarama.KError 12 /,
    deleteLiveGroup: /^sarama.KError 68 /,
    deleteUnknownGroup: /^sarama.KError 69 /,
    subscribeUnknownTopic: /^sarama.KError 3 /,
    noCommonAssignor: /^sarama.KError 23 /,
    shortSession: /^sarama.KError 26 /,
    emptyGroupId: /^sarama.KError 24 /,
    unknownAssignor: ownAssignors,
    takenInstanceId: /^sarama.KError 82 /,
  },
  platformatic: {
    commitAsStranger: /^MultipleErrors UNKNOWN_MEMBER_ID 25 /,
    commitUnknownTopic: /^MultipleErrors UNKNOWN_TOPIC_OR_PARTITION 3 /,
    longMetadata: 'it commits no metadata',
    deleteLiveGroup: /^MultipleErrors NON_EMPTY_GROUP 68 /,
    deleteUnknownGroup: /^MultipleErrors GROUP_ID_NOT_FOUND 69 /,
    subscribeUnknownTopic: waits,
    noCommonAssignor: /INCONSISTENT_GROUP_PROTOCOL 23 /,
    shortSession: /^MultipleErrors INVALID_SESSION_TIMEOUT 26 /,
    emptyGroupId: /^UserError PLT_KFK_USER: .options.groupId must match/,
    unknownAssignor:
      /^ResponseError UNSUPPORTED_ASSIGNOR 112 ServerAssignor no-such-assignor is not supported. Supported/,
    takenInstanceId: fencedSilently,
  },
  kafkajs: {
    commitAsStranger: 'it commits as a member only',
    commitUnknownTopic: 'it commits as a member only',
    longMetadata: 'it commits as a member only',
    deleteLiveGroup: /^KafkaJSDeleteGroupsError .*DeleteGroups/,
    deleteUnknownGroup: /^KafkaJSDeleteGroupsError .*DeleteGroups/,
    subscribeUnknownTopic: /^KafkaJSProtocolError UNKNOWN_TOPIC_OR_PARTITION 3 /,
    noCommonAssignor: 'it has one assignor only',
    shortSession: /^KafkaJSProtocolError INVALID_SESSION_TIMEOUT 26 /,
    emptyGroupId: /^KafkaJSNonRetriableError: Consumer groupId must be a non-empty string/,
    unknownAssignor: ownAssignors,
    takenInstanceId: 'it has no static members',
  },
  'kafka-python': {
    ...python,
    commitAsStranger: /^CommitFailedError .*UnknownMemberIdError/,
    deleteLiveGroup: /NonEmptyGroupError/,
    deleteUnknownGroup: /GroupIdNotFoundError/,
    takenInstanceId: fencedSilently,
  },
  aiokafka: {
    ...python,
    commitAsStranger: /^CommitFailedError .*Commit cannot be completed/,
    deleteLiveGroup: 'it deletes no groups',
    deleteUnknownGroup: 'it deletes no groups',
    takenInstanceId: fencedSilently,
  },
};
