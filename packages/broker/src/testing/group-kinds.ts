import { consumerGroupDescribeRequestCodec } from '@sluice/protocol/generated/messages/consumer-group-describe-request';
import { consumerGroupDescribeResponseCodec } from '@sluice/protocol/generated/messages/consumer-group-describe-response';
import { consumerGroupHeartbeatRequestCodec } from '@sluice/protocol/generated/messages/consumer-group-heartbeat-request';
import { consumerGroupHeartbeatResponseCodec } from '@sluice/protocol/generated/messages/consumer-group-heartbeat-response';
import { deleteGroupsRequestCodec } from '@sluice/protocol/generated/messages/delete-groups-request';
import { deleteGroupsResponseCodec } from '@sluice/protocol/generated/messages/delete-groups-response';
import { describeGroupsRequestCodec } from '@sluice/protocol/generated/messages/describe-groups-request';
import { describeGroupsResponseCodec } from '@sluice/protocol/generated/messages/describe-groups-response';
import { findCoordinatorRequestCodec } from '@sluice/protocol/generated/messages/find-coordinator-request';
import { findCoordinatorResponseCodec } from '@sluice/protocol/generated/messages/find-coordinator-response';
import { heartbeatRequestCodec } from '@sluice/protocol/generated/messages/heartbeat-request';
import { heartbeatResponseCodec } from '@sluice/protocol/generated/messages/heartbeat-response';
import { incrementalAlterConfigsRequestCodec } from '@sluice/protocol/generated/messages/incremental-alter-configs-request';
import { incrementalAlterConfigsResponseCodec } from '@sluice/protocol/generated/messages/incremental-alter-configs-response';
import { joinGroupRequestCodec } from '@sluice/protocol/generated/messages/join-group-request';
import { joinGroupResponseCodec } from '@sluice/protocol/generated/messages/join-group-response';
import { leaveGroupRequestCodec } from '@sluice/protocol/generated/messages/leave-group-request';
import { leaveGroupResponseCodec } from '@sluice/protocol/generated/messages/leave-group-response';
import { listGroupsRequestCodec } from '@sluice/protocol/generated/messages/list-groups-request';
import { listGroupsResponseCodec } from '@sluice/protocol/generated/messages/list-groups-response';
import { offsetCommitRequestCodec } from '@sluice/protocol/generated/messages/offset-commit-request';
import { offsetCommitResponseCodec } from '@sluice/protocol/generated/messages/offset-commit-response';
import { offsetDeleteRequestCodec } from '@sluice/protocol/generated/messages/offset-delete-request';
import { offsetDeleteResponseCodec } from '@sluice/protocol/generated/messages/offset-delete-response';
import { offsetFetchRequestCodec } from '@sluice/protocol/generated/messages/offset-fetch-request';
import { offsetFetchResponseCodec } from '@sluice/protocol/generated/messages/offset-fetch-response';
import { syncGroupRequestCodec } from '@sluice/protocol/generated/messages/sync-group-request';
import { syncGroupResponseCodec } from '@sluice/protocol/generated/messages/sync-group-response';

/* What a test client asks about groups. */

export const FIND_COORDINATOR = { request: findCoordinatorRequestCodec, response: findCoordinatorResponseCodec };
export const JOIN_GROUP = { request: joinGroupRequestCodec, response: joinGroupResponseCodec };
export const SYNC_GROUP = { request: syncGroupRequestCodec, response: syncGroupResponseCodec };
export const HEARTBEAT = { request: heartbeatRequestCodec, response: heartbeatResponseCodec };
export const LEAVE_GROUP = { request: leaveGroupRequestCodec, response: leaveGroupResponseCodec };
export const CONSUMER_HEARTBEAT = {
  request: consumerGroupHeartbeatRequestCodec,
  response: consumerGroupHeartbeatResponseCodec,
};
export const OFFSET_COMMIT = { request: offsetCommitRequestCodec, response: offsetCommitResponseCodec };
export const OFFSET_FETCH = { request: offsetFetchRequestCodec, response: offsetFetchResponseCodec };
export const OFFSET_DELETE = { request: offsetDeleteRequestCodec, response: offsetDeleteResponseCodec };
export const LIST_GROUPS = { request: listGroupsRequestCodec, response: listGroupsResponseCodec };
export const DESCRIBE_GROUPS = { request: describeGroupsRequestCodec, response: describeGroupsResponseCodec };
export const DESCRIBE_CONSUMER_GROUPS = {
  request: consumerGroupDescribeRequestCodec,
  response: consumerGroupDescribeResponseCodec,
};
export const DELETE_GROUPS = { request: deleteGroupsRequestCodec, response: deleteGroupsResponseCodec };
export const ALTER_CONFIGS = {
  request: incrementalAlterConfigsRequestCodec,
  response: incrementalAlterConfigsResponseCodec,
};
