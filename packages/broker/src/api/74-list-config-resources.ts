/*
 * ListConfigResources (74), versions 0–1.
 *
 * - v0 (ListClientMetricsResources, KIP-714): the client-metrics resources.
 * - v1: resources of the asked types, all if none is named (KIP-1142): topics and brokers that exist, groups and
 *   client-metrics that have a configuration, broker loggers one per broker.
 */
import type { ClusterImage } from '@sluice/metadata/image/cluster-image';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { listConfigResourcesRequestCodec } from '@sluice/protocol/generated/messages/list-config-resources-request';
import { listConfigResourcesResponseCodec } from '@sluice/protocol/generated/messages/list-config-resources-response';
import { ConfigResourceType } from '../config-resource-type.ts';
import { defineApi } from '../define-api.ts';

export function listConfigResourcesApi({ image }: { image: ClusterImage }) {
  function namesOf(type: number): Iterable<string> {
    switch (type) {
      case ConfigResourceType.TOPIC:
        return image.topicsByName.keys();
      case ConfigResourceType.BROKER:
      case ConfigResourceType.BROKER_LOGGER:
        return [...image.brokers.keys()].map(String);
      case ConfigResourceType.CLIENT_METRICS:
        return image.configuredNames('client-metrics');
      case ConfigResourceType.GROUP:
        return image.configuredNames('group');
      default:
        return [];
    }
  }

  return defineApi({
    request: listConfigResourcesRequestCodec,
    response: listConfigResourcesResponseCodec,
    handle({ resourceTypes }, { apiVersion }) {
      const known: readonly number[] = Object.values(ConfigResourceType);
      const asked =
        apiVersion === 0 ? [ConfigResourceType.CLIENT_METRICS] : resourceTypes.length > 0 ? resourceTypes : known;
      if (asked.some((type) => !known.includes(type))) {
        return { throttleTimeMs: 0, errorCode: ErrorCode.UNSUPPORTED_VERSION, configResources: [] };
      }
      const configResources = [...new Set(asked)].flatMap((resourceType) =>
        [...namesOf(resourceType)].map((resourceName) => ({ resourceName, resourceType })),
      );
      return { throttleTimeMs: 0, errorCode: ErrorCode.NONE, configResources };
    },
  });
}
