import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { ConsumerGroupHeartbeatRequest } from '@sluice/protocol/generated/messages/consumer-group-heartbeat-request';
import { checkConsumerHeartbeat } from './check-consumer-heartbeat.ts';

const joining: ConsumerGroupHeartbeatRequest = {
  groupId: 'group',
  memberId: 'member',
  memberEpoch: 0,
  instanceId: null,
  rackId: null,
  rebalanceTimeoutMs: 60_000,
  subscribedTopicNames: ['orders'],
  subscribedTopicRegex: null,
  serverAssignor: null,
  topicPartitions: [],
};
const staying: ConsumerGroupHeartbeatRequest = { ...joining, memberEpoch: 5, topicPartitions: null };

const INVALID = ErrorCode.INVALID_REQUEST;
const cases: readonly (readonly [string, ConsumerGroupHeartbeatRequest, number, number])[] = [
  ['joining', joining, 1, 0],
  ['joining in v0 without a member id', { ...joining, memberId: '' }, 0, 0],
  ['joining without a member id', { ...joining, memberId: '' }, 1, INVALID],
  ['staying without a member id', { ...staying, memberId: ' ' }, 0, INVALID],
  ['leaving without a member id', { ...staying, memberEpoch: -1, memberId: '' }, 0, INVALID],
  ['no group id', { ...joining, groupId: '' }, 1, INVALID],
  ['an empty instance id', { ...joining, instanceId: '' }, 1, INVALID],
  ['an empty rack', { ...joining, rackId: '' }, 1, INVALID],
  ['joining without a rebalance timeout', { ...joining, rebalanceTimeoutMs: -1 }, 1, INVALID],
  ['joining without saying what it owns', { ...joining, topicPartitions: null }, 1, INVALID],
  ['joining with partitions', { ...joining, topicPartitions: [{ topicId: 'x', partitions: [0] }] }, 1, INVALID],
  ['joining without a subscription', { ...joining, subscribedTopicNames: null }, 1, INVALID],
  ['joining by a pattern', { ...joining, subscribedTopicNames: null, subscribedTopicRegex: 'a.*' }, 1, 0],
  ['staying without anything', { ...staying, subscribedTopicNames: null, rebalanceTimeoutMs: -1 }, 1, 0],
  ['a static member away for a while', { ...staying, memberEpoch: -2, instanceId: 'i' }, 1, 0],
  ['away for a while without an instance id', { ...staying, memberEpoch: -2 }, 1, INVALID],
  ['no such epoch', { ...staying, memberEpoch: -3 }, 1, INVALID],
  ['an assignor that there is', { ...joining, serverAssignor: 'range' }, 1, 0],
  ['an assignor that there is not', { ...joining, serverAssignor: 'sticky' }, 1, ErrorCode.UNSUPPORTED_ASSIGNOR],
];

for (const [name, request, apiVersion, errorCode] of cases) {
  test(name, () => {
    const fault = checkConsumerHeartbeat(request, apiVersion, ['uniform', 'range']);
    assert.equal(fault?.errorCode ?? 0, errorCode);
    if (fault !== undefined) assert.notEqual(fault.errorMessage, '');
  });
}
