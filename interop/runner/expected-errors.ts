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

/** The error that each client's user sees, as `type code message`; a string says why a client cannot be provoked. */
export const expectedErrors: Readonly<Record<string, Partial<Record<ErrorKind, RegExp | string>>>> = {};
