import { ErrorCode } from '@sluice/protocol/generated/errors';
import { brokerValues, CLUSTER_DEFAULT_BROKER } from '../config/broker-values.ts';
import { brokerConfigsProblem } from '../config/validate-broker-configs.ts';
import { clientMetricsProblem } from '../config/validate-client-metrics.ts';
import { groupConfigsProblem } from '../config/validate-group-configs.ts';
import { topicConfigsProblem } from '../config/validate-topic-configs.ts';
import type { ConfigResource } from '../image/cluster-image.ts';
import { encodeConfig } from '../image/values.ts';
import { apiError } from './api-error.ts';
import type { ApiError, DecisionContext } from './decision.ts';
import { validateTopicName } from './topic-name.ts';

/** All that may be set on one resource, as it is stored. */
export const RESOURCE_CONFIGS_SIZE_BYTES_MAX = 1_000_000;

/** Why the resource cannot have these as all that is set on it; `undefined` if it can. */
export function configsError(
  context: DecisionContext,
  { type, name }: ConfigResource,
  configs: ReadonlyMap<string, string>,
): ApiError | undefined {
  if (Buffer.byteLength(encodeConfig(configs)) > RESOURCE_CONFIGS_SIZE_BYTES_MAX) {
    return invalidConfig(`More than ${RESOURCE_CONFIGS_SIZE_BYTES_MAX} bytes of configuration for one resource.`);
  }
  switch (type) {
    case 'topic':
      return topicError(context, name, configs);
    case 'broker':
      return brokerError(context, name, configs);
    case 'group':
      return groupError(context, name, configs);
    case 'client-metrics':
      if (name === '') return invalidRequest('A client metrics subscription needs a name.');
      return clientMetricsProblem(configs);
  }
}

function topicError(context: DecisionContext, name: string, configs: ReadonlyMap<string, string>) {
  if (name === '') return invalidRequest('There is no default topic resource.');
  const problem = validateTopicName(name);
  if (problem !== undefined) return apiError(ErrorCode.INVALID_TOPIC_EXCEPTION, problem);
  const { image, staticConfig } = context;
  const before = image.config('topic', name);
  const configProblem = topicConfigsProblem(configs, before, brokerValues(image, staticConfig));
  if (configProblem !== undefined) return invalidConfig(configProblem);
  if (image.topicsByName.has(name)) return undefined;
  return apiError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, `The topic '${name}' does not exist.`);
}

function groupError({ image, staticConfig }: DecisionContext, name: string, configs: ReadonlyMap<string, string>) {
  if (name === '') return invalidRequest('There is no default group resource.');
  const problem = groupConfigsProblem(configs, brokerValues(image, staticConfig));
  return problem === undefined ? undefined : invalidConfig(problem);
}

/** The request is checked by the broker that got it, which speaks only for itself and for all brokers. */
function brokerError(
  context: DecisionContext,
  name: string,
  configs: ReadonlyMap<string, string>,
): ApiError | undefined {
  const perBroker = name !== CLUSTER_DEFAULT_BROKER;
  const { nodeId } = context.staticConfig;
  if (perBroker && !/^[+-]?[0-9]+$/.test(name))
    return invalidRequest(`A broker id must be a whole number, not '${name}'.`);
  if (perBroker && Number(name) !== nodeId) {
    return invalidRequest(`Broker ${name} must be asked itself: this is broker ${nodeId}.`);
  }
  // An invalid request, not an invalid configuration: KAFKA-13609.
  const problem = brokerConfigsProblem(configs, perBroker, brokerValues(context.image, context.staticConfig));
  if (problem !== undefined) return invalidRequest(problem);
  return eligibleLeaderError(context, perBroker, configs);
}

/** With eligible leader replicas (KIP-966) the controller must know every topic's min.insync.replicas. */
function eligibleLeaderError(
  { image }: DecisionContext,
  perBroker: boolean,
  configs: ReadonlyMap<string, string>,
): ApiError | undefined {
  if ((image.features.get('eligible.leader.replicas.version') ?? 0) === 0) return undefined;
  if (perBroker) {
    if (!configs.has('min.insync.replicas')) return undefined;
    return invalidConfig('min.insync.replicas cannot differ between brokers while eligible leader replicas are on.');
  }
  const isRemoved =
    image.config('broker', CLUSTER_DEFAULT_BROKER).has('min.insync.replicas') && !configs.has('min.insync.replicas');
  if (!isRemoved) return undefined;
  return invalidConfig('The default of min.insync.replicas cannot be removed while eligible leader replicas are on.');
}

function invalidRequest(message: string): ApiError {
  return apiError(ErrorCode.INVALID_REQUEST, message);
}

function invalidConfig(message: string): ApiError {
  return apiError(ErrorCode.INVALID_CONFIG, message);
}
