/*
 * DescribeConfigs (32), versions 1–4.
 *
 * - Topics, this broker or the cluster's default (""), groups and client-metrics, with where each value comes from;
 *   null or no names ask for all. Sensitive values are never shown.
 * - A resource that is named twice is described once: a small request must not be answered with megabytes.
 * - v1: synonyms (KIP-226). v3: types and documentation (KIP-569). v4: flexible.
 */
import {
  type DescribeOptions,
  describeBrokerConfigs,
  describeClientMetricsConfigs,
  describeClusterDefaultConfigs,
  describeGroupConfigs,
  describeTopicConfigs,
} from '@sluice/metadata/config/describe-configs';
import type { DescribedConfig } from '@sluice/metadata/config/described-config';
import type { StaticConfig } from '@sluice/metadata/config/static-config';
import { validateTopicName } from '@sluice/metadata/controller/topic-name';
import type { ClusterImage } from '@sluice/metadata/image/cluster-image';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import {
  type DescribeConfigsResource,
  describeConfigsRequestCodec,
} from '@sluice/protocol/generated/messages/describe-configs-request';
import { describeConfigsResponseCodec } from '@sluice/protocol/generated/messages/describe-configs-response';
import { ConfigResourceType } from '../config-resource-type.ts';
import { defineApi } from '../define-api.ts';

type Described = readonly DescribedConfig[] | { readonly errorCode: number; readonly errorMessage: string | null };

export interface DescribeConfigsServices {
  readonly image: ClusterImage;
  readonly staticConfig: StaticConfig;
}

export function describeConfigsApi({ image, staticConfig }: DescribeConfigsServices) {
  function describe(resourceType: number, name: string, options: DescribeOptions): Described {
    switch (resourceType) {
      case ConfigResourceType.TOPIC: {
        const problem = validateTopicName(name);
        if (problem !== undefined) return { errorCode: ErrorCode.INVALID_TOPIC_EXCEPTION, errorMessage: problem };
        if (image.topicsByName.has(name)) return describeTopicConfigs(image, staticConfig, name, options);
        return { errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, errorMessage: '' };
      }
      case ConfigResourceType.BROKER:
        if (name === '') return describeClusterDefaultConfigs(image, staticConfig, options);
        return isThisBroker(name) ? describeBrokerConfigs(image, staticConfig, options) : wrongBroker();
      case ConfigResourceType.BROKER_LOGGER:
        // Log lines have one level for the whole process (`sluice.log.level`), so there are no loggers to show.
        return isThisBroker(name) ? [] : wrongBroker();
      case ConfigResourceType.GROUP:
        return name === '' ? unnamed('group') : describeGroupConfigs(image, staticConfig, name, options);
      case ConfigResourceType.CLIENT_METRICS:
        return name === '' ? unnamed('subscription') : describeClientMetricsConfigs(image, name, options);
      default:
        return refusal(`There is no resource type ${resourceType}.`);
    }
  }

  function isThisBroker(name: string): boolean {
    return name === staticConfig.nodeId.toString();
  }

  function wrongBroker(): Described {
    return refusal(`Only this broker, ${staticConfig.nodeId}, or the cluster's default, "", can be described here.`);
  }

  function answer(
    { resourceType, resourceName, configurationKeys }: DescribeConfigsResource,
    options: DescribeOptions,
  ) {
    const described = describe(resourceType, resourceName, { ...options, names: configurationKeys });
    if ('errorCode' in described) return { ...described, resourceType, resourceName, configs: [] };
    // An empty message, where others have none: as Kafka.
    return { errorCode: ErrorCode.NONE, errorMessage: '', resourceType, resourceName, configs: described };
  }

  return defineApi({
    request: describeConfigsRequestCodec,
    response: describeConfigsResponseCodec,
    handle({ resources, includeSynonyms, includeDocumentation }) {
      const options = { names: null, includeSynonyms, includeDocumentation };
      const seen = new Set<string>();
      const results = resources.map((resource) => {
        const { resourceType, resourceName } = resource;
        const key = `${resourceType} ${resourceName}`;
        if (seen.has(key)) {
          return { ...refusal('The resource is named twice.'), resourceType, resourceName, configs: [] };
        }
        seen.add(key);
        return answer(resource, options);
      });
      return { throttleTimeMs: 0, results };
    },
  });
}

function refusal(errorMessage: string) {
  return { errorCode: ErrorCode.INVALID_REQUEST, errorMessage };
}

function unnamed(what: string): Described {
  return refusal(`The ${what} has no name.`);
}
