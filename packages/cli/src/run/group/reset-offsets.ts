import type { Cluster } from '@sluice/client/cluster';
import { describeGroups } from '@sluice/client/describe-groups';
import { type CommittedOffset, commitGroupOffsets, fetchGroupOffsets } from '@sluice/client/group-offsets';
import { KafkaError } from '@sluice/client/kafka-error';
import { partitionKey, type TopicPartition } from '@sluice/client/topic-partition';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { GroupResetOffsetsOptions } from '../../commands/group/reset-offsets.ts';
import { CliFailure } from '../../failure.ts';
import { plural } from '../../output/units.ts';
import type { Shell } from '../../shell.ts';
import { refusal, throwFailures } from '../explain-failure.ts';
import { withCluster } from '../with-cluster.ts';
import { collectFacts } from './reset/collect-facts.ts';
import { parseOffsetsFile, type WantedOffset } from './reset/offsets-file.ts';
import { type PlannedReset, planReset } from './reset/plan.ts';
import { printPlan, type ResetOutcome } from './reset/print-plan.ts';
import { type ResetTarget, resetTarget } from './reset/reset-target.ts';
import { resolveScope, sorted } from './scope-partitions.ts';

/** `sluice group reset-offsets` */
export async function resetOffsets(shell: Shell, group: string, options: GroupResetOffsetsOptions): Promise<void> {
  const target = resetTarget(options, shell.clock.now());
  const wanted = target.kind === 'file' ? await readWanted(shell, target.path, group) : undefined;
  const outcome = await withCluster(shell, options, async (cluster) => {
    const isNew = await checkInactive(cluster, group);
    const committed = isNew ? [] : await committedBy(cluster, group);
    const partitions = wanted ?? (await partitionsToMove(cluster, group, options, committed, isNew));
    const plan = sorted(planAll(target, await collectFacts(cluster, target, partitions, committed)));
    return { isNew, plan, errors: await execute(cluster, group, plan, options) };
  });
  await printPlan(shell, group, outcome, options);
  throwFailures(failuresOf(group, outcome));
}

/**
 * Refuses while somebody could commit in between. A group that does not exist is made by the commit, as Kafka's tool
 * does it; gives whether that is so.
 */
async function checkInactive(cluster: Cluster, group: string): Promise<boolean> {
  const described = (await describeGroups(cluster, [group])).get(group);
  if (described instanceof KafkaError) {
    if (described.code === ErrorCode.GROUP_ID_NOT_FOUND && !isOfAnotherType(described)) return true;
    throw refusal(`group ${group}`, described);
  }
  if (described === undefined || described.state === 'Empty' || described.state === 'Dead') return false;
  throw new CliFailure(
    'failed',
    `group ${group} is in use: it is ${described.state} and has ${plural(described.members.length, 'member')}`,
    'stop its members first; `sluice group members` shows them',
  );
}

/** Share and streams groups are not found as consumer groups, and the broker says why. */
function isOfAnotherType({ brokerMessage }: KafkaError): boolean {
  return brokerMessage !== null && / is not a .*group/.test(brokerMessage);
}

async function committedBy(cluster: Cluster, group: string): Promise<readonly CommittedOffset[]> {
  const committed = (await fetchGroupOffsets(cluster, [group])).get(group) ?? [];
  if (committed instanceof KafkaError) throw refusal(`group ${group}`, committed);
  return committed;
}

async function readWanted(shell: Shell, path: string, group: string): Promise<readonly WantedOffset[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of path === '-' ? shell.stdin.chunks() : shell.readFile(path)) chunks.push(chunk);
  const offsets = parseOffsetsFile(Buffer.concat(chunks).toString(), path, group);
  return [...new Map(offsets.map((each) => [partitionKey(each), each])).values()];
}

async function partitionsToMove(
  cluster: Cluster,
  group: string,
  { topic: scopes, allTopics }: GroupResetOffsetsOptions,
  committed: readonly CommittedOffset[],
  isNew: boolean,
): Promise<readonly TopicPartition[]> {
  if (allTopics) {
    if (isNew) throw refusal(`group ${group}`, new KafkaError(ErrorCode.GROUP_ID_NOT_FOUND, null));
    if (committed.length > 0) return committed.map(({ topic, partition }) => ({ topic, partition }));
    throw new CliFailure('failed', `group ${group} has committed nothing`, 'name topics with --topic');
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
      `partition ${each.partition} of ${each.topic} has no commit to shift`,
      'name others with --topic, or where to with --to-offset',
    );
  });
}

async function execute(
  cluster: Cluster,
  group: string,
  plan: readonly PlannedReset[],
  options: GroupResetOffsetsOptions,
): Promise<ReadonlyMap<string, KafkaError>> {
  if (!options.execute) return new Map();
  const results = await commitGroupOffsets(cluster, group, plan);
  return new Map(results.flatMap((each) => (each.error === undefined ? [] : [[partitionKey(each), each.error]])));
}

/** An error that all partitions share is the group's: it was told once for each. */
function failuresOf(group: string, { plan, errors }: ResetOutcome): readonly CliFailure[] {
  const [first] = errors.values();
  const isShared = [...errors.values()].every(({ code }) => code === first?.code);
  if (first !== undefined && isShared && errors.size === plan.length) return [refusal(`group ${group}`, first)];
  return plan.flatMap((each) => {
    const error = errors.get(partitionKey(each));
    return error === undefined ? [] : [refusal(`partition ${each.partition} of ${each.topic}`, error)];
  });
}
