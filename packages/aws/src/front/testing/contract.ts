import type { ServiceContract } from '../contract.ts';

/** A small service with every kind of shape, for tests of the front. */
export const TEST_CONTRACT: ServiceContract = {
  signingName: 'kinesis',
  targetPrefix: 'Test_1',
  apiVersion: '2013-12-02',
  operations: {
    Put: { input: 'PutInput', output: 'PutOutput', errors: ['NotFound', 'Broken'] },
    Tag: { input: 'TagInput', errors: [] },
    Watch: { input: 'WatchInput', output: 'WatchOutput', errors: [] },
    Later: { input: 'WatchInput', errors: [] },
  },
  shapes: {
    PutInput: {
      type: 'structure',
      required: ['Name', 'Entries'],
      members: { Name: 'Name', Entries: 'Entries', Limit: 'Limit', At: 'Timestamp', Deep: 'PutInput', Dry: 'Boolean' },
    },
    PutOutput: {
      type: 'structure',
      members: { Entries: 'Entries', At: 'Timestamp', Count: 'Long', Names: 'Names', Ok: 'Boolean', Tags: 'Tags' },
    },
    TagInput: {
      type: 'structure',
      required: ['Arn'],
      members: { Arn: 'Arn', Tags: 'Tags', Names: 'Names', Kinds: 'Kinds', Kind: 'Kind' },
    },
    WatchInput: { type: 'structure', members: {} },
    WatchOutput: { type: 'structure', required: ['Events'], members: { Events: 'Events' } },
    Events: { type: 'structure', eventstream: true, members: { Entry: 'Entry', NotFound: 'NotFound' } },
    Entry: { type: 'structure', required: ['Key'], members: { Key: 'Key', Data: 'Data', Hash: 'Hash' } },
    Entries: { type: 'list', member: 'Entry', min: 1, max: 3 },
    Name: { type: 'string', min: 1, max: 8, pattern: '[a-zA-Z0-9_.-]+' },
    Names: { type: 'list', member: 'Name', min: 1, max: 10 },
    Key: { type: 'string', min: 1, max: 256 },
    Hash: { type: 'string', pattern: '^(0|([1-9]\\d{0,38}))$' },
    Data: { type: 'blob', min: 0, max: 10 },
    Limit: { type: 'integer', min: 1, max: 100 },
    Long: { type: 'long' },
    Boolean: { type: 'boolean' },
    Timestamp: { type: 'timestamp' },
    Kind: { type: 'string', enum: ['A', 'B'] },
    Kinds: { type: 'list', member: 'Kind' },
    Arn: { type: 'string', min: 1, max: 2048, pattern: 'arn:aws.*:kinesis:.*:\\d{12}:stream/\\S+' },
    Tags: { type: 'map', key: 'TagKey', value: 'TagValue', min: 1, max: 2 },
    TagKey: { type: 'string', min: 1, max: 4 },
    TagValue: { type: 'string', min: 0, max: 4 },
    NotFound: { type: 'structure', status: 400, members: {} },
    Broken: { type: 'structure', status: 500, members: {} },
  },
};
