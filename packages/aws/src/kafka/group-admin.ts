import type { Cluster } from '@sluice/client/cluster';
import { KafkaError } from '@sluice/client/kafka-error';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { incrementalAlterConfigsRequestCodec } from '@sluice/protocol/generated/messages/incremental-alter-configs-request';
import { incrementalAlterConfigsResponseCodec } from '@sluice/protocol/generated/messages/incremental-alter-configs-response';

const ALTER_CONFIGS = { request: incrementalAlterConfigsRequestCodec, response: incrementalAlterConfigsResponseCodec };
const GROUP_RESOURCE = 32;
const SET = 0;

/** Sets what a group, which need not exist yet, is configured with (KIP-848). */
export async function setGroup(
  cluster: Cluster,
  groupId: string,
  settings: Readonly<Record<string, string>>,
): Promise<void> {
  const broker = await cluster.controller();
  const { responses } = await broker.request(ALTER_CONFIGS, () => ({
    resources: [
      {
        resourceType: GROUP_RESOURCE,
        resourceName: groupId,
        configs: Object.entries(settings).map(([name, value]) => ({ name, configOperation: SET, value })),
      },
    ],
    validateOnly: false,
  }));
  for (const { errorCode, errorMessage } of responses) {
    if (errorCode !== ErrorCode.NONE) throw new KafkaError(errorCode, errorMessage);
  }
}
