import type { AlterShareGroupOffsetsRequest } from '@sluice/protocol/generated/messages/alter-share-group-offsets-request';
import type { AlterShareGroupOffsetsResponseInput } from '@sluice/protocol/generated/messages/alter-share-group-offsets-response';
import type { DeleteShareGroupOffsetsRequest } from '@sluice/protocol/generated/messages/delete-share-group-offsets-request';
import type { DeleteShareGroupOffsetsResponseInput } from '@sluice/protocol/generated/messages/delete-share-group-offsets-response';
import type { DescribeShareGroupOffsetsRequest } from '@sluice/protocol/generated/messages/describe-share-group-offsets-request';
import type { DescribeShareGroupOffsetsResponseInput } from '@sluice/protocol/generated/messages/describe-share-group-offsets-response';
import type { ShareGroupDescribeResponseInput } from '@sluice/protocol/generated/messages/share-group-describe-response';
import type { ShareGroupHeartbeatRequest } from '@sluice/protocol/generated/messages/share-group-heartbeat-request';
import type { ShareGroupHeartbeatResponseInput } from '@sluice/protocol/generated/messages/share-group-heartbeat-response';
import type { RequestContext } from '../group-environment.ts';

/** What the broker's handlers ask of the share groups whose coordinator it is; see `GroupCoordinator`. */
export interface ShareGroupCoordinator {
  heartbeat(request: ShareGroupHeartbeatRequest, context: RequestContext): Promise<ShareGroupHeartbeatResponseInput>;
  describe(groupIds: readonly string[]): Promise<ShareGroupDescribeResponseInput>;
  describeOffsets(request: DescribeShareGroupOffsetsRequest): Promise<DescribeShareGroupOffsetsResponseInput>;
  alterOffsets(request: AlterShareGroupOffsetsRequest): Promise<AlterShareGroupOffsetsResponseInput>;
  deleteOffsets(request: DeleteShareGroupOffsetsRequest): Promise<DeleteShareGroupOffsetsResponseInput>;
  /** Whether it is a share group of a shard that is loaded. */
  has(groupId: string): boolean;
  /** To be done before a share group is deleted: an error code. */
  forgetGroup(groupId: string): Promise<number>;
}
