/*
 * IncrementalAlterConfigs (KIP-339): sets, deletes, appends to and subtracts from single configurations.
 */
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { clientMetricsConfigs } from '../config/client-metrics-table.ts';
import type { ConfigTable } from '../config/definition.ts';
import { brokerConfigs, groupConfigs, topicConfigs } from '../config/tables.ts';
import type { ConfigResource, ConfigResourceType } from '../image/cluster-image.ts';
import { type Alteration, alterResources, invalidRequest } from './alter-resources.ts';
import { apiError } from './api-error.ts';
import { ResourceTypeCode } from './config-resource.ts';
import type { ApiError, Decided, DecisionContext } from './decision.ts';
import type { AlterConfigsReply, IncrementalAlterConfigsRequest } from './requests.ts';

type Resource = IncrementalAlterConfigsRequest['resources'][number];

const SET = 0;
const DELETE = 1;
const APPEND = 2;
const SUBTRACT = 3;

const tables: Readonly<Record<ConfigResourceType, ConfigTable>> = {
  topic: topicConfigs,
  broker: brokerConfigs,
  group: groupConfigs,
  'client-metrics': clientMetricsConfigs,
};

export function incrementalAlterConfigs(
  context: DecisionContext,
  request: IncrementalAlterConfigsRequest,
): Decided<AlterConfigsReply> {
  return alterResources(context, request, alterIncrementally, (resource) => loggerError(context, resource));
}

function alterIncrementally(
  resource: Resource,
  { type }: ConfigResource,
  current: ReadonlyMap<string, string>,
): Alteration {
  const configs = new Map(current);
  for (const { name, configOperation, value } of resource.configs) {
    switch (configOperation) {
      case SET:
        configs.set(name, value ?? '');
        break;
      case DELETE:
        configs.delete(name);
        break;
      case APPEND:
      case SUBTRACT: {
        const definition = tables[type].get(name);
        if (definition?.type !== 'LIST') return { ok: false, error: notAList(name) };
        const before = itemsOf(configs.get(name) ?? definition.defaultValue ?? '');
        const given = (value ?? '').split(',');
        configs.set(name, (configOperation === APPEND ? appended(before, given) : subtracted(before, given)).join(','));
        break;
      }
      default:
        return { ok: false, error: unknownOperation(type, configOperation) };
    }
  }
  return { ok: true, configs };
}

function itemsOf(text: string): string[] {
  return text.split(',').filter((item) => item !== '');
}

function appended(before: readonly string[], given: readonly string[]): string[] {
  return [...before, ...given.filter((item, index) => !before.includes(item) && given.indexOf(item) === index)];
}

/** Each given item takes away one. */
function subtracted(before: readonly string[], given: readonly string[]): string[] {
  const left = [...before];
  for (const item of given) {
    const index = left.indexOf(item);
    if (index >= 0) left.splice(index, 1);
  }
  return left;
}

function notAList(name: string): ApiError {
  return apiError(ErrorCode.INVALID_CONFIG, `${name} is no list: nothing can be appended to it or subtracted.`);
}

/** Kafka's controller stumbles over it, without a word, where its broker does not look first. */
function unknownOperation(type: ConfigResourceType, operation: number): ApiError {
  if (type !== 'broker') return apiError(ErrorCode.UNKNOWN_SERVER_ERROR);
  return invalidRequest(`Unknown operation ${operation}`);
}

/** A broker's log levels (KIP-412) are fixed when it starts; other requests fail as they do in Kafka. */
function loggerError({ staticConfig }: DecisionContext, resource: Resource): ApiError {
  const { resourceType, resourceName, configs } = resource;
  if (resourceType !== ResourceTypeCode.BROKER_LOGGER) return invalidRequest(`Unknown resource type ${resourceType}`);
  if (!/^[+-]?[0-9]+$/.test(resourceName)) {
    return invalidRequest(`A broker id must be a whole number, not '${resourceName}'.`);
  }
  if (Number(resourceName) !== staticConfig.nodeId) {
    return invalidRequest(`Broker ${resourceName} must be asked itself: this is broker ${staticConfig.nodeId}.`);
  }
  for (const { name, configOperation } of configs) {
    if (configOperation === APPEND || configOperation === SUBTRACT) {
      return invalidRequest('Nothing can be appended to the level of a logger or subtracted.');
    }
    if (name !== 'root') return apiError(ErrorCode.INVALID_CONFIG, `There is no logger ${name}.`);
    if (configOperation === DELETE) return invalidRequest('The level of the root logger cannot be removed.');
    return apiError(ErrorCode.INVALID_CONFIG, 'The log level is set when the broker starts (sluice.log.level).');
  }
  return apiError(ErrorCode.NONE);
}
