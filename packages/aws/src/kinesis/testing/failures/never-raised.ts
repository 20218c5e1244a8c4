import type { Name } from './fixture.ts';

/** Why no request to this door can meet an error that the model has. */
const REASONS: Readonly<Record<string, string>> = {
  AccessDeniedException: 'resource policies are kept and shown, not enforced',
  KMSAccessDeniedException: 'encryption is a flag',
  KMSDisabledException: 'encryption is a flag',
  KMSInvalidStateException: 'encryption is a flag',
  KMSNotFoundException: 'encryption is a flag',
  KMSOptInRequired: 'encryption is a flag',
  KMSThrottlingException: 'encryption is a flag',
};

/** The rest, by error and operation. */
const REASONS_OF_OPERATIONS: Readonly<Record<string, Partial<Record<string, readonly Name[]>>>> = {
  ResourceInUseException: {
    'tags are set in any status': ['AddTagsToStream', 'RemoveTagsFromStream', 'TagResource', 'UntagResource'],
    'policies are set in any status': ['PutResourcePolicy', 'DeleteResourcePolicy'],
    'what is read is read in any status': ['ListStreamConsumers', 'ListTagsForResource', 'GetResourcePolicy'],
    'there are no channels': ['CreateChannel', 'UpdateChannel'],
  },
  ResourceNotFoundException: { 'there are no channels': ['CreateChannel'] },
  InvalidArgumentException: {
    'there are no channels': ['DeleteChannel', 'DescribeChannel', 'UpdateChannel'],
    'all that is wrong is told by the model': ['UpdateAccountSettings'],
    'it takes nothing but an ARN': ['DeleteQueue', 'DescribeQueue'],
  },
  ExpiredNextTokenException: { 'there are no channels, so no second page of them': ['ListChannels'] },
  ProvisionedThroughputExceededException: { 'it is told of each record': ['PutRecords'] },
  ThrottlingException: {
    'acknowledging makes room': ['AcknowledgeQueueRecords', 'AcknowledgeDeadLetterQueueRecords'],
    'it takes nothing new into the queue': [
      'UpdateQueueRecordsVisibility',
      'ReceiveDeadLetterQueueRecords',
      'UpdateDeadLetterQueueRecordsVisibility',
      'RestoreDeadLetterQueueRecords',
    ],
  },
  LimitExceededException: {
    'channels are refused for another reason': [
      'CreateChannel',
      'DeleteChannel',
      'DescribeChannel',
      'ListChannels',
      'UpdateChannel',
    ],
  },
};

/** Of what the model says an operation may fail with: why it never does here; undefined if it does. */
export function neverRaised(operation: string, error: string): string | undefined {
  const general = REASONS[error];
  if (general !== undefined) return general;
  const reasons = Object.entries(REASONS_OF_OPERATIONS[error] ?? {});
  return reasons.find(([, operations]) => operations?.some((each) => each === operation))?.[0];
}
