import type { Cluster } from '@sluice/client/cluster';
import { KafkaError } from '@sluice/client/kafka-error';
import { partitionKey, type TopicPartition } from '@sluice/client/topic-partition';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { ConsumeGroupOptions } from '../commands/consume/consume-options.ts';
import { CliFailure } from '../failure.ts';
import { plural } from '../output/units.ts';
import type { Shell } from '../shell.ts';
import { createPrinter, type Printer } from './consume/printer.ts';
import { endsOf, isCaughtUp } from './consume-group/caught-up.ts';
import { chooseTopics } from './consume-group/chosen-topics.ts';
import { type Committer, createCommitter } from './consume-group/committer.ts';
import type { Membership } from './consume-group/membership.ts';
import { createProgress, type Progress } from './consume-group/progress.ts';
import { readAssigned } from './consume-group/read-assigned.ts';
import { startPositions } from './consume-group/start-positions.ts';
import { createWakeUp } from './consume-group/wake-up.ts';
import { withCluster } from './with-cluster.ts';

/** How often a member looks whether something has changed of which nobody told it. */
const LOOK_INTERVAL_MS = 250;
/** How long leaving may take; without it the others wait for the session to time out. */
const LEAVE_WAIT_MS = 5_000;

/** `sluice consume --group`: prints what the group assigns to this member, and commits what was printed. */
export async function consumeInGroup(
  shell: Shell,
  names: readonly string[],
  options: ConsumeGroupOptions,
): Promise<void> {
  const printer = createPrinter(shell, options);
  const wakeUp = createWakeUp(shell.clock);
  const interrupt = shell.onInterrupt(() => {
    // Who presses it twice does not want to wait for a coordinator that is away.
    if (printer.isStopped) shell.exitNow(130);
    printer.stop();
    wakeUp.now();
  });
  let membership: Membership | undefined;
  const progress = createProgress();
  const committer = createCommitter(shell.clock, () => membership, progress);
  try {
    await withCluster(shell, options, async (cluster) => {
      const { topics, partitions } = await chooseTopics(cluster, names, options.include);
      const ends = options.untilEnd ? await endsOf(cluster, partitions) : undefined;
      if (printer.isStopped) return;
      // Here, and nowhere else, the library is loaded that joins groups: it takes its time.
      const { joinGroup } = await import('./consume-group/membership.ts');
      membership = joinGroup({
        bootstrap: options.bootstrap,
        clientId: 'sluice-cli',
        groupId: options.group,
        protocol: options.groupProtocol,
        topics,
        timeoutMs: options.timeout,
        onRebalance: () => void committer.now().catch(() => {}),
        onChange: wakeUp.now,
      });
      try {
        await readOn(cluster, membership);
      } finally {
        await finish(cluster);
      }

      async function readOn(cluster: Cluster, member: Membership): Promise<void> {
        const context = { cluster, member, options, printer, progress, committer, ends, wait: wakeUp.after };
        while (!printer.isStopped) {
          const assignment = member.assignment();
          if (assignment === undefined) await wakeUp.after(LOOK_INTERVAL_MS);
          else if (await readWhileAssigned(assignment, context)) return;
        }
      }
    });
  } finally {
    interrupt.undo();
    printer.end();
  }

  /** What was printed is committed, and the partitions are given back at once. */
  async function finish(cluster: Cluster): Promise<void> {
    try {
      await withinTime(cluster, options.timeout, committer.now());
    } catch (error) {
      const left = progress.uncommitted().length;
      throw new CliFailure(
        'unreachable',
        `what was printed of ${plural(left, 'partition')} could not be committed: ${error instanceof Error ? error.message : error}`,
        `group ${options.group} will read it again`,
        { cause: error },
      );
    } finally {
      await withinTime(cluster, LEAVE_WAIT_MS, membership?.leave() ?? Promise.resolve()).catch(() => {});
    }
  }
}

interface ReadContext {
  readonly cluster: Cluster;
  readonly member: Membership;
  readonly options: ConsumeGroupOptions;
  readonly printer: Printer;
  readonly progress: Progress;
  readonly committer: Committer;
  /** With --until-end: where to stop. */
  readonly ends: ReadonlyMap<string, number> | undefined;
  readonly wait: (delayMs: number) => Promise<void>;
}

/** Reads until the assignment changes, or there is no more to do: true then. */
async function readWhileAssigned(assignment: readonly TopicPartition[], context: ReadContext): Promise<boolean> {
  const { cluster, member, options, printer, progress, committer, ends } = context;
  progress.hold(assignment);
  const starts = await startPositions(cluster, options.group, assignment, options.from, progress);
  if (member.assignment() !== assignment) return false;
  let isOver = false;
  let failure: unknown;
  const reading = readAssigned(cluster, assignment, starts, progress, async (each, records) => {
    // A print that was slow may end after the partition was taken away.
    if (member.assignment() !== assignment) return { doneTo: 0, goOn: false };
    return await printer.print(each, records);
  });
  reading.done.catch((error: unknown) => {
    failure = error;
  });
  try {
    while (!isOver && !printer.isStopped && failure === undefined && member.assignment() === assignment) {
      await context.wait(LOOK_INTERVAL_MS);
      await committer.whenDue();
      if (ends !== undefined && isAtEnds(assignment, ends, progress)) {
        await committer.now().catch(() => {});
        isOver = await isCaughtUp(cluster, options.group, ends, assignment, progress);
      }
    }
  } finally {
    reading.stop();
    await reading.done.catch(() => {});
  }
  // Records that were deleted before they were read: the next round begins where the log does now.
  if (failure instanceof KafkaError && failure.code === ErrorCode.OFFSET_OUT_OF_RANGE) return false;
  if (failure !== undefined) throw failure;
  return isOver;
}

function isAtEnds(
  assignment: readonly TopicPartition[],
  ends: ReadonlyMap<string, number>,
  progress: Progress,
): boolean {
  return assignment.every((each) => (progress.of(each) ?? -1) >= (ends.get(partitionKey(each)) ?? -1));
}

async function withinTime(cluster: Cluster, timeoutMs: number, work: Promise<void>): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = cluster.clock.setTimer(timeoutMs, () =>
    late.reject(new Error(`no answer within ${timeoutMs / 1000} s`)),
  );
  try {
    await Promise.race([work, late.promise]);
  } finally {
    timer.cancel();
  }
}
