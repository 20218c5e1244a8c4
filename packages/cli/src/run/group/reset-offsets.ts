import type { Cluster } from '@sluice/client/cluster';
import { KafkaError } from '@sluice/client/kafka-error';
import { partitionKey, type TopicPartition } from '@sluice/client/topic-partition';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { GroupResetOffsetsOptions } from '../../commands/group/reset-offsets.ts';
import { CliFailure } from '../../failure.ts';
import { plural } from '../../output/units.ts';
import type { Shell } from '../../shell.ts';
import { refusal, throwFailures } from '../explain-failure.ts';
import { withCluster } from '../with-cluster.ts';
import { type GroupCommand, type GroupKind, type GroupPosition, groupKind } from './group-kind.ts';
import { groupRefusal, groupTypes } from './group-refusal.ts';
import { collectFacts } from './reset/collect-facts.ts';
import { parseOffsetsFile, type WantedOffset } from './reset/offsets-file.ts';
import { type PlannedReset, planReset } from './reset/plan.ts';
import { printPlan } from './reset/print-plan.ts';
import { type ResetTarget, resetTarget } from './reset/reset-target.ts';
import { resolveScope, sorted } from './scope-partitions.ts';

/** `sluice group reset-offsets` and `sluice share-group reset-offsets` */
export async function resetOffsets(
  shell: Shell,
  command: GroupCommand,
  group: string,
  options: GroupResetOffsetsOptions,
): Promise<void> {
  const kind = groupKind(command);
  const target = resetTarget(options, shell.clock.now());
  const wanted = target.kind === 'file' ? await readWanted(shell, target.path, group) : undefined;
  const outcome = await withCluster(shell, options, async (cluster) => {
    const isNew = await checkInactive(cluster, kind, group);
    const positions = isNew ? [] : await positionsOf(cluster, kind, group);
    const partitions = wanted ?? (await partitionsToMove(cluster, kind, group, options, positions, isNew));
    const plan = sorted(planAll(target, await collectFacts(cluster, target, partitions, positions)));
    const errors = await execute(cluster, kind, group, plan, options);
    return { isNew, plan, errors, failures: await failuresOf(cluster, kind, group, plan, errors) };
  });
  await printPlan(shell, kind, group, outcome, options);
  throwFailures(outcome.failures);
}

/**
 * Refuses while somebody could commit in between. A group that does not exist is made by the commit, as Kafka's tool
 * does it; gives whether that is so.
 */
async function checkInactive(cluster: Cluster, kind: GroupKind, group: string): Promise<boolean> {
  const described = (await kind.describe(cluster, [group])).get(group);
  if (described instanceof KafkaError) {
    const isNew = described.code === ErrorCode.GROUP_ID_NOT_FOUND && !(await groupTypes(cluster)).has(group);
    if (isNew) return true;
    throw await groupRefusal(cluster, kind, group, described);
  }
  if (described === undefined || described.state === 'Empty' || described.state === 'Dead') return false;
  throw new CliFailure(
    'failed',
    `${kind.noun} ${group} is in use: it is ${described.state} and has ${plural(described.members.length, 'member')}`,
    `stop its members first; \`sluice ${kind.command} members\` shows them`,
  );
}

async function positionsOf(cluster: Cluster, kind: GroupKind, group: string): Promise<readonly GroupPosition[]> {
  const positions = (await kind.positions(cluster, [group])).get(group) ?? [];
  if (positions instanceof KafkaError) throw await groupRefusal(cluster, kind, group, positions);
  return positions;
}

async function readWanted(shell: Shell, path: string, group: string): Promise<readonly WantedOffset[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of path === '-' ? shell.stdin.chunks() : shell.readFile(path)) chunks.push(chunk);
  const offsets = parseOffsetsFile(Buffer.concat(chunks).toString(), path, group);
  return [...new Map(offsets.map((each) => [partitionKey(each), each])).values()];
}

async function partitionsToMove(
  cluster: Cluster,
  kind: GroupKind,
  group: string,
  { topic: scopes, allTopics }: GroupResetOffsetsOptions,
  positions: readonly GroupPosition[],
  isNew: boolean,
): Promise<readonly TopicPartition[]> {
  if (allTopics) {
    if (isNew) throw await groupRefusal(cluster, kind, group, new KafkaError(ErrorCode.GROUP_ID_NOT_FOUND, null));
    if (positions.length > 0) return positions.map(({ topic, partition }) => ({ topic, partition }));
    throw new CliFailure('failed', `${kind.noun} ${group} ${kind.hasNoOffsets}`, 'name topics with --topic');
  }
  const { partitions, unknownTopics } = await resolveScope(cluster, scopes ?? []);
  throwFailures([...unknownTopics].map(([topic, error]) => refusal(`topic ${topic}`, error)));
  return partitions;
}

function planAll(target: ResetTarget, facts: Awaited<ReturnType<typeof collectFacts>>): readonly PlannedReset[] {
  return facts.map((each) => {
    const planned = planReset(target, each);
    if (planned !== null) return planned;
    throw new CliFailure(
      'failed',
      `partition ${each.partition} of ${each.topic} has no offset to shift`,
      'name others with --topic, or where to with --to-offset',
    );
  });
}

async function execute(
  cluster: Cluster,
  kind: GroupKind,
  group: string,
  plan: readonly PlannedReset[],
  options: GroupResetOffsetsOptions,
): Promise<ReadonlyMap<string, KafkaError>> {
  if (!options.execute) return new Map();
  const results = await kind.setOffsets(cluster, group, plan).catch(async (error: unknown) => {
    throw error instanceof KafkaError ? await groupRefusal(cluster, kind, group, error) : error;
  });
  return new Map(results.flatMap((each) => (each.error === undefined ? [] : [[partitionKey(each), each.error]])));
}

/** An error that all partitions share is the group's: it was told once for each. */
async function failuresOf(
  cluster: Cluster,
  kind: GroupKind,
  group: string,
  plan: readonly PlannedReset[],
  errors: ReadonlyMap<string, KafkaError>,
): Promise<readonly CliFailure[]> {
  const [first] = errors.values();
  const isShared = [...errors.values()].every(({ code }) => code === first?.code);
  if (first !== undefined && isShared && errors.size === plan.length) {
    return [await groupRefusal(cluster, kind, group, first)];
  }
  return plan.flatMap((each) => {
    const error = errors.get(partitionKey(each));
    return error === undefined ? [] : [refusal(`partition ${each.partition} of ${each.topic}`, error)];
  });
}
