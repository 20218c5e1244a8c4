import type { Cluster } from '@sluice/client/cluster';
import { deleteGroups } from '@sluice/client/delete-groups';
import type { KafkaError } from '@sluice/client/kafka-error';
import { listGroups } from '@sluice/client/list-groups';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { GroupDeleteOptions } from '../../commands/group/delete.ts';
import { CliFailure } from '../../failure.ts';
import { printJson, printText } from '../../output/print.ts';
import { visibleText } from '../../output/visible-text.ts';
import type { Shell } from '../../shell.ts';
import { throwFailures } from '../explain-failure.ts';
import { withCluster } from '../with-cluster.ts';
import { namedOrAll } from './chosen-groups.ts';
import { type GroupCommand, type GroupKind, groupKind } from './group-kind.ts';
import { groupRefusal, groupTypes, ofAnotherType } from './group-refusal.ts';

interface Outcome {
  readonly group: string;
  readonly status: 'deleted' | 'missing' | 'failed' | 'would be deleted';
  readonly failure?: CliFailure;
  readonly error?: KafkaError;
}

/** `sluice group delete` and `sluice share-group delete` */
export async function removeGroups(
  shell: Shell,
  command: GroupCommand,
  names: readonly string[],
  options: GroupDeleteOptions,
): Promise<void> {
  const kind = groupKind(command);
  const named = namedOrAll(names, options.all);
  if (options.execute && !options.all) {
    throw new CliFailure('usage', '--execute is for --all', 'groups that are named are deleted without it');
  }
  const outcomes = await withCluster(shell, options, async (cluster) => {
    if (named !== 'all') return await deleteNamed(cluster, kind, [...new Set(named)], options);
    const empty = await emptyGroups(cluster, kind);
    if (options.execute) return await deleteNamed(cluster, kind, empty, { ...options, ifExists: true });
    return empty.map((group): Outcome => ({ group, status: 'would be deleted' }));
  });
  await print(shell, kind, outcomes, options);
  throwFailures(outcomes.flatMap(({ failure }) => (failure === undefined ? [] : [failure])));
}

/** Brokers delete a group whatever its type is: it is looked at first. */
async function deleteNamed(
  cluster: Cluster,
  kind: GroupKind,
  groupIds: readonly string[],
  { ifExists }: GroupDeleteOptions,
): Promise<readonly Outcome[]> {
  const types = await groupTypes(cluster);
  const wrong = new Map(groupIds.map((group) => [group, ofAnotherType(kind, group, types)]));
  const results = await deleteGroups(
    cluster,
    groupIds.filter((group) => wrong.get(group) === undefined),
  );
  return await Promise.all(
    groupIds.map(async (group): Promise<Outcome> => {
      const failure = wrong.get(group);
      if (failure !== undefined) return { group, status: 'failed', failure };
      const error = results.get(group);
      if (error === undefined) return { group, status: 'deleted' };
      if (error.code === ErrorCode.GROUP_ID_NOT_FOUND && ifExists) return { group, status: 'missing' };
      return { group, status: 'failed', failure: await groupRefusal(cluster, kind, group, error), error };
    }),
  );
}

async function emptyGroups(cluster: Cluster, { types }: GroupKind): Promise<readonly string[]> {
  const listed = await listGroups(cluster, { states: ['Empty'] });
  return listed.filter(({ groupType }) => types.includes(groupType.toLowerCase())).map(({ groupId }) => groupId);
}

async function print(
  shell: Shell,
  { noun }: GroupKind,
  outcomes: readonly Outcome[],
  options: GroupDeleteOptions,
): Promise<void> {
  if (options.json) {
    await printJson(
      shell,
      outcomes.map(({ group, status, error }) => ({
        group,
        status,
        ...(error === undefined ? {} : { error: error.codeName }),
      })),
    );
    return;
  }
  for (const { group, status } of outcomes) {
    const name = `${noun} ${visibleText(group)}`;
    if (status === 'deleted') await printText(shell, `deleted ${name}`);
    if (status === 'missing') await printText(shell, `there is no ${name}`);
    if (status === 'would be deleted') await printText(shell, `would delete ${name}`);
  }
  if (options.all && outcomes.length === 0) await shell.stderr.write(`there are no empty ${noun}s\n`);
  else if (options.all && !options.execute) await shell.stderr.write('nothing was deleted; add --execute to do it\n');
}
