import { deleteGroupOffsets } from '@sluice/client/group-offsets';
import type { KafkaError } from '@sluice/client/kafka-error';
import type { TopicPartition } from '@sluice/client/topic-partition';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { GroupDeleteOffsetsOptions } from '../../commands/group/delete-offsets.ts';
import type { CliFailure } from '../../failure.ts';
import { printJson, printText } from '../../output/print.ts';
import { styleFor } from '../../output/style.ts';
import { type Column, formatTable } from '../../output/table.ts';
import { plural } from '../../output/units.ts';
import type { Shell } from '../../shell.ts';
import { inWords, refusal, refusedAs, throwFailures } from '../explain-failure.ts';
import { withCluster } from '../with-cluster.ts';
import { resolveScope, sorted } from './scope-partitions.ts';

interface Outcome extends TopicPartition {
  readonly error: KafkaError | undefined;
}

const COLUMNS: readonly Column<Outcome>[] = [
  { title: 'TOPIC', value: ({ topic }) => topic, wrapAfter: '-._' },
  { title: 'PARTITION', value: ({ partition }) => (partition < 0 ? '-' : partition), align: 'right' },
  {
    title: 'RESULT',
    value: ({ error }) => (error === undefined ? 'deleted' : inWords(error)),
    look: ({ error }) => (error === undefined ? undefined : 'red'),
    wrapAfter: ' ',
  },
];

/** `sluice group delete-offsets` */
export async function removeGroupOffsets(
  shell: Shell,
  group: string,
  options: GroupDeleteOffsetsOptions,
): Promise<void> {
  const outcomes = await withCluster(shell, options, async (cluster) => {
    const { partitions, unknownTopics } = await resolveScope(cluster, options.topic);
    const missing = [...unknownTopics].map(([topic, error]) => ({ topic, partition: -1, error }));
    if (partitions.length === 0) return missing;
    const deleted = await deleteGroupOffsets(cluster, group, partitions).catch(refusedAs(`group ${group}`));
    return sorted([...missing, ...deleted]);
  });
  if (options.json) {
    await printJson(
      shell,
      outcomes.map(({ topic, partition, error }) => ({
        topic,
        partition: partition < 0 ? null : partition,
        status: error === undefined ? 'deleted' : 'failed',
        ...(error === undefined ? {} : { error: error.codeName }),
      })),
    );
  } else await printText(shell, formatTable(outcomes, COLUMNS, styleFor(shell.stdout), shell.stdout.columns));
  throwFailures(failuresOf(outcomes));
}

/** Each error once a topic: the table has told of every partition. */
function failuresOf(outcomes: readonly Outcome[]): readonly CliFailure[] {
  const failed = outcomes.flatMap(({ topic, partition, error }) =>
    error === undefined ? [] : [{ topic, partition, error }],
  );
  return [...Map.groupBy(failed, ({ topic, error }) => `${topic} ${error.code}`).values()].flatMap(
    ([first, ...others]) => {
      if (first === undefined) return [];
      const { topic, partition, error } = first;
      const isOfTopic = partition < 0 || error.code === ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC;
      const more = others.length === 0 ? '' : `, like ${plural(others.length, 'other')},`;
      return [refusal(isOfTopic ? `topic ${topic}` : `partition ${partition} of ${topic}${more}`, error)];
    },
  );
}
