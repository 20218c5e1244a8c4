import { KafkaError } from '@sluice/client/kafka-error';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { GroupDeleteOffsetsOptions } from '../../commands/group/delete-offsets.ts';
import type { CliFailure } from '../../failure.ts';
import { printJson, printText } from '../../output/print.ts';
import { styleFor } from '../../output/style.ts';
import { type Column, formatTable } from '../../output/table.ts';
import { plural } from '../../output/units.ts';
import type { Shell } from '../../shell.ts';
import { inWords, refusal, throwFailures } from '../explain-failure.ts';
import { withCluster } from '../with-cluster.ts';
import { type DeletedOffsets, type GroupCommand, groupKind } from './group-kind.ts';
import { groupRefusal } from './group-refusal.ts';

const TOPIC: Column<DeletedOffsets> = { title: 'TOPIC', value: ({ topic }) => topic, wrapAfter: '-._' };
const PARTITION: Column<DeletedOffsets> = {
  title: 'PARTITION',
  value: ({ partition }) => partition ?? '-',
  align: 'right',
};
const RESULT: Column<DeletedOffsets> = {
  title: 'RESULT',
  value: ({ outcome }) => (outcome instanceof KafkaError ? inWords(outcome) : outcome),
  look: ({ outcome }) => (outcome instanceof KafkaError ? 'red' : undefined),
  wrapAfter: ' ',
};

/** `sluice group delete-offsets` and `sluice share-group delete-offsets` */
export async function removeGroupOffsets(
  shell: Shell,
  command: GroupCommand,
  group: string,
  options: GroupDeleteOffsetsOptions,
): Promise<void> {
  const outcomes = await withCluster(shell, options, async (cluster) => {
    const kind = groupKind(command);
    return await kind.deleteOffsets(cluster, group, options.topic).catch(async (error: unknown) => {
      throw error instanceof KafkaError ? await groupRefusal(cluster, kind, group, error) : error;
    });
  });
  if (options.json) {
    await printJson(
      shell,
      outcomes.map(({ topic, partition, outcome }) => ({
        topic,
        partition,
        ...(outcome instanceof KafkaError ? { status: 'failed', error: outcome.codeName } : { status: outcome }),
      })),
    );
  } else {
    const hasPartitions = outcomes.some(({ partition }) => partition !== null);
    const columns = hasPartitions ? [TOPIC, PARTITION, RESULT] : [TOPIC, RESULT];
    await printText(shell, formatTable(outcomes, columns, styleFor(shell.stdout), shell.stdout.columns));
  }
  throwFailures(failuresOf(outcomes));
}

/** Each error once a topic: the table has told of every partition. */
function failuresOf(outcomes: readonly DeletedOffsets[]): readonly CliFailure[] {
  const failed = outcomes.flatMap(({ topic, partition, outcome: error }) =>
    error instanceof KafkaError ? [{ topic, partition, error }] : [],
  );
  return [...Map.groupBy(failed, ({ topic, error }) => `${topic} ${error.code}`).values()].flatMap(
    ([first, ...others]) => {
      if (first === undefined) return [];
      const { topic, partition, error } = first;
      const isOfTopic = partition === null || error.code === ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC;
      const more = others.length === 0 ? '' : `, like ${plural(others.length, 'other')},`;
      return [refusal(isOfTopic ? `topic ${topic}` : `partition ${partition} of ${topic}${more}`, error)];
    },
  );
}
