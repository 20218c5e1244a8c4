import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { ConfigResource } from '../image/cluster-image.ts';
import { configKey } from '../image/keys.ts';
import { encodeConfig } from '../image/values.ts';
import { apiError } from './api-error.ts';
import { resourceTypeOf } from './config-resource.ts';
import type { ApiError, Decided, DecisionContext, Write } from './decision.ts';
import { duplicates } from './duplicates.ts';
import type { AlterConfigsReply } from './requests.ts';
import { configsError } from './validate-configs.ts';

export interface AlteredResource {
  readonly resourceType: number;
  readonly resourceName: string;
  readonly configs: readonly { readonly name: string; readonly value: string | null }[];
}

export type Alteration =
  /** All that is to be set on the resource. */
  | { readonly ok: true; readonly configs: ReadonlyMap<string, string> }
  | { readonly ok: false; readonly error: ApiError };

/** What AlterConfigs and IncrementalAlterConfigs share: each resource is altered as a whole or refused. */
export function alterResources<Resource extends AlteredResource>(
  context: DecisionContext,
  request: { readonly resources: readonly Resource[]; readonly validateOnly: boolean },
  alter: (resource: Resource, target: ConfigResource, current: ReadonlyMap<string, string>) => Alteration,
  /** For the types that the metadata does not keep. */
  refuseOther: (resource: Resource) => ApiError,
): Decided<AlterConfigsReply> {
  const idOf = ({ resourceType, resourceName }: AlteredResource) => `${resourceType} ${resourceName}`;
  const repeated = duplicates(request.resources.map(idOf));
  const writes: Write[] = [];

  function alterOne(resource: Resource): ApiError {
    if (repeated.has(idOf(resource))) return invalidRequest('A resource must not appear more than once.');
    const type = resourceTypeOf(resource.resourceType);
    const shapeError = shapeErrorOf(resource);
    if (shapeError !== undefined) return shapeError;
    if (type === undefined) return refuseOther(resource);
    const target: ConfigResource = { type, name: resource.resourceName };
    const current = context.image.config(type, target.name);
    const altered = alter(resource, target, current);
    if (!altered.ok) return altered.error;
    const error = configsError(context, target, altered.configs);
    if (error !== undefined) return error;
    if (!isSame(current, altered.configs)) writes.push(configWrite(target, altered.configs));
    return apiError(ErrorCode.NONE);
  }

  const responses = request.resources.map((resource) => ({
    resourceType: resource.resourceType,
    resourceName: resource.resourceName,
    ...alterOne(resource),
  }));
  return { writes: request.validateOnly ? [] : writes, reply: { responses } };
}

/** Kafka's DELETE operation, the one that needs no value. */
const DELETE = 1;

function shapeErrorOf({ configs }: AlteredResource): ApiError | undefined {
  if (duplicates(configs.map(({ name }) => name)).size > 0) {
    return invalidRequest('A configuration must not appear more than once in a resource.');
  }
  const nulls = configs.filter((config) => {
    const isDeletion = 'configOperation' in config && config.configOperation === DELETE;
    return config.value === null && !isDeletion;
  });
  if (nulls.length === 0) return undefined;
  return invalidRequest(`A value is missing for ${nulls.map(({ name }) => name).join(', ')}`);
}

function configWrite({ type, name }: ConfigResource, configs: ReadonlyMap<string, string>): Write {
  const key = configKey(type, name);
  if (configs.size === 0) return { stage: [], commit: [{ kind: 'delete', key }] };
  return { stage: [], commit: [{ kind: 'put', key, value: encodeConfig(configs) }] };
}

function isSame(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  if (a.size !== b.size) return false;
  for (const [name, value] of a) if (b.get(name) !== value) return false;
  return true;
}

export function invalidRequest(message: string): ApiError {
  return apiError(ErrorCode.INVALID_REQUEST, message);
}
