import { deleteGroups } from '@sluice/client/delete-groups';
import type { KafkaError } from '@sluice/client/kafka-error';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { GroupDeleteOptions } from '../../commands/group/delete.ts';
import { printJson, printText } from '../../output/print.ts';
import type { Shell } from '../../shell.ts';
import { refusal, throwFailures } from '../explain-failure.ts';
import { withCluster } from '../with-cluster.ts';

/** `sluice group delete` */
export async function removeGroups(shell: Shell, names: readonly string[], options: GroupDeleteOptions): Promise<void> {
  const groupIds = [...new Set(names)];
  const results = await withCluster(shell, options, (cluster) => deleteGroups(cluster, groupIds));
  const outcomes = groupIds.map((group) => {
    const error = results.get(group);
    return { group, error, status: statusOf(error, options) };
  });
  if (options.json) {
    await printJson(
      shell,
      outcomes.map(({ group, error, status }) => ({
        group,
        status,
        ...(status === 'failed' ? { error: error?.codeName } : {}),
      })),
    );
  }
  for (const { group, status } of outcomes) {
    if (options.json) break;
    if (status === 'deleted') await printText(shell, `deleted group ${group}`);
    if (status === 'missing') await printText(shell, `there is no group ${group}`);
  }
  throwFailures(
    outcomes.flatMap(({ group, error, status }) =>
      status === 'failed' && error !== undefined ? [refusal(`group ${group}`, error)] : [],
    ),
  );
}

function statusOf(error: KafkaError | undefined, options: GroupDeleteOptions): 'deleted' | 'missing' | 'failed' {
  if (error === undefined) return 'deleted';
  return error.code === ErrorCode.GROUP_ID_NOT_FOUND && options.ifExists ? 'missing' : 'failed';
}
