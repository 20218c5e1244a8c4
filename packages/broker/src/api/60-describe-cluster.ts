/*
 * DescribeCluster (60), versions 0–2.
 *
 * - The cluster's id, controller and brokers (KIP-700).
 * - v1: endpoint type; controllers are asked elsewhere: MISMATCHED_ENDPOINT_TYPE (KIP-919). v2: fenced brokers.
 */

import type { ClusterImage } from '@sluice/metadata/image/cluster-image';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { describeClusterRequestCodec } from '@sluice/protocol/generated/messages/describe-cluster-request';
import { describeClusterResponseCodec } from '@sluice/protocol/generated/messages/describe-cluster-response';
import { CLUSTER_OPERATIONS, OPERATIONS_NOT_ASKED } from '../authorized-operations.ts';
import { defineApi } from '../define-api.ts';
import { brokersOn } from '../describe-brokers.ts';

const EndpointType = { BROKERS: 1, CONTROLLERS: 2 } as const;

export function describeClusterApi({ image }: { image: ClusterImage }) {
  return defineApi({
    request: describeClusterRequestCodec,
    response: describeClusterResponseCodec,
    handle({ endpointType, includeFencedBrokers, includeClusterAuthorizedOperations }, { peer }) {
      if (endpointType !== EndpointType.BROKERS) {
        const errorCode =
          endpointType === EndpointType.CONTROLLERS
            ? ErrorCode.MISMATCHED_ENDPOINT_TYPE
            : ErrorCode.UNSUPPORTED_ENDPOINT_TYPE;
        return { throttleTimeMs: 0, errorCode, errorMessage: 'This is a broker endpoint.', clusterId: '', brokers: [] };
      }
      return {
        throttleTimeMs: 0,
        errorCode: ErrorCode.NONE,
        clusterId: image.clusterId ?? '',
        controllerId: image.controllerId,
        brokers: brokersOn(image, peer.listenerName)
          .filter(({ isFenced }) => includeFencedBrokers || !isFenced)
          .map(({ nodeId, ...rest }) => ({ brokerId: nodeId, ...rest })),
        clusterAuthorizedOperations: includeClusterAuthorizedOperations ? CLUSTER_OPERATIONS : OPERATIONS_NOT_ASKED,
      };
    },
  });
}
