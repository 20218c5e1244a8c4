/*
 * AlterConfigs, the legacy form: what the request does not name is no longer set.
 */
import { alterResources, invalidRequest } from './alter-resources.ts';
import type { Decided, DecisionContext } from './decision.ts';
import type { AlterConfigsReply, AlterConfigsRequest } from './requests.ts';

export function alterConfigs(context: DecisionContext, request: AlterConfigsRequest): Decided<AlterConfigsReply> {
  return alterResources(
    context,
    request,
    ({ configs }) => ({ ok: true, configs: new Map(configs.map(({ name, value }) => [name, value ?? ''])) }),
    ({ resourceType }) => invalidRequest(`Unknown resource type ${resourceType}`),
  );
}
