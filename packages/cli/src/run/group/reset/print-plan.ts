import type { KafkaError } from '@sluice/client/kafka-error';
import { partitionKey } from '@sluice/client/topic-partition';
import type { GroupResetOffsetsOptions } from '../../../commands/group/reset-offsets.ts';
import { printJson, printText } from '../../../output/print.ts';
import { styleFor } from '../../../output/style.ts';
import { type Column, formatTable } from '../../../output/table.ts';
import { formatCount, plural } from '../../../output/units.ts';
import { visibleText } from '../../../output/visible-text.ts';
import type { Shell } from '../../../shell.ts';
import type { GroupKind } from '../group-kind.ts';
import { formatOffsetsCsv } from './offsets-file.ts';
import type { PlannedReset } from './plan.ts';

export interface ResetOutcome {
  /** Whether the group did not exist. */
  readonly isNew: boolean;
  readonly plan: readonly PlannedReset[];
  /** Of those that were refused, by `partitionKey`. */
  readonly errors: ReadonlyMap<string, KafkaError>;
}

const COLUMNS: readonly Column<PlannedReset>[] = [
  { title: 'TOPIC', value: ({ topic }) => topic, wrapAfter: '-._' },
  { title: 'PARTITION', value: ({ partition }) => partition, align: 'right' },
  { title: 'OFFSET', value: ({ current }) => (current === null ? '-' : formatCount(current)), align: 'right' },
  { title: 'NEW', value: ({ offset }) => formatCount(offset), align: 'right' },
  {
    title: 'CHANGE',
    value: formatChange,
    align: 'right',
    look: ({ current, offset }) => (current === offset ? undefined : 'yellow'),
  },
  { title: 'END', value: ({ endOffset }) => formatCount(endOffset), align: 'right' },
  { title: 'NEW LAG', value: ({ offset, endOffset }) => formatCount(endOffset - offset), align: 'right' },
];

/** What changes or was changed: the result on stdout, all else on stderr. */
export async function printPlan(
  shell: Shell,
  kind: GroupKind,
  group: string,
  outcome: ResetOutcome,
  options: GroupResetOffsetsOptions,
): Promise<void> {
  const { plan, errors, isNew } = outcome;
  for (const { topic, partition, warning } of plan) {
    if (warning !== null) await shell.stderr.write(`warning: partition ${partition} of ${topic}: ${warning}\n`);
  }
  const done = plan.filter((each) => !errors.has(partitionKey(each)));
  if (options.json) return await printJson(shell, toJson(group, outcome, options));
  if (options.export) return await printText(shell, formatOffsetsCsv(done));
  await printText(shell, formatTable(plan, COLUMNS, styleFor(shell.stdout), shell.stdout.columns));
  const name = `${kind.noun} ${visibleText(group)}`;
  if (!options.execute) {
    const made = isNew ? `; there is no ${name}, it would be made` : '';
    await shell.stderr.write(`nothing was changed${made}; add --execute to do it\n`);
  } else if (done.length > 0) {
    const made = isNew ? `made ${name} and ` : '';
    await shell.stderr.write(`${made}set the offsets of ${plural(done.length, 'partition')}\n`);
  }
}

function formatChange({ current, offset }: PlannedReset): string {
  if (current === null) return 'new';
  if (current === offset) return '0';
  return `${offset > current ? '+' : '-'}${formatCount(Math.abs(offset - current))}`;
}

/** `--from-file` reads this too. */
function toJson(group: string, { plan, errors, isNew }: ResetOutcome, options: GroupResetOffsetsOptions) {
  return {
    group,
    exists: !isNew,
    executed: options.execute === true,
    partitions: plan.map(({ topic, partition, current, offset, startOffset, endOffset, warning }) => {
      const error = errors.get(partitionKey({ topic, partition }));
      return {
        topic,
        partition,
        currentOffset: current,
        offset,
        startOffset,
        endOffset,
        warning,
        ...(error === undefined ? {} : { error: error.codeName }),
      };
    }),
  };
}
