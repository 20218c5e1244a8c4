import { alterConfigs } from '@sluice/client/alter-configs';
import type { Broker } from '@sluice/client/broker';
import { KafkaError } from '@sluice/client/kafka-error';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { createPartitionsRequestCodec } from '@sluice/protocol/generated/messages/create-partitions-request';
import { createPartitionsResponseCodec } from '@sluice/protocol/generated/messages/create-partitions-response';
import type { TopicAlterOptions } from '../commands/topic.ts';
import { CliFailure } from '../failure.ts';
import { printJson, printText } from '../output/print.ts';
import { plural } from '../output/units.ts';
import type { Shell } from '../shell.ts';
import { requireSettings } from './describe-configs.ts';
import { refusedAs } from './explain-failure.ts';
import { withCluster } from './with-cluster.ts';

const CREATE_PARTITIONS = { request: createPartitionsRequestCodec, response: createPartitionsResponseCodec };

/** `sluice topic alter` */
export async function alterTopic(shell: Shell, topic: string, options: TopicAlterOptions): Promise<void> {
  const { partitions, set = [], unset = [], dryRun = false } = options;
  if (partitions === undefined && set.length === 0 && unset.length === 0) {
    throw new CliFailure('usage', 'nothing to change', 'give --partitions, --set or --unset');
  }
  await withCluster(shell, options, async (cluster) => {
    const broker = await cluster.controller();
    const refused = refusedAs(`topic ${topic}`);
    const change = async (validateOnly: boolean) => {
      if (set.length === 0 && unset.length === 0) return;
      await alterConfigs(broker, 'topic', topic, { set, unset, validateOnly }).catch(refused);
    };
    // Settings are checked whole before anything is done, so a wrong one leaves the partitions as they are.
    await requireSettings(broker, 'topic', topic, unset).catch(refused);
    await change(true);
    if (partitions !== undefined) await growTo(broker, topic, partitions, options).catch(refused);
    if (!dryRun) await change(false);
  });
  if (options.json) {
    return await printJson(shell, { name: topic, dryRun, partitions, set: Object.fromEntries(set), unset });
  }
  const parts = [
    ...(partitions === undefined ? [] : [plural(partitions, 'partition')]),
    ...set.map(([name, value]) => `${name}=${value}`),
    ...unset.map((name) => `${name} at its default`),
  ];
  await printText(shell, `topic ${topic} ${dryRun ? 'could have' : 'has now'}: ${parts.join(', ')}`);
}

async function growTo(broker: Broker, name: string, count: number, options: TopicAlterOptions): Promise<void> {
  const response = await broker.request(CREATE_PARTITIONS, () => ({
    topics: [{ name, count, assignments: null }],
    timeoutMs: options.timeout,
    validateOnly: options.dryRun === true,
  }));
  for (const { errorCode, errorMessage } of response.results) {
    if (errorCode !== ErrorCode.NONE) throw new KafkaError(errorCode, errorMessage);
  }
}
