import type { Cluster } from '@sluice/client/cluster';
import type { GroupDescribeOptions } from '../../commands/group/describe.ts';
import { CliFailure } from '../../failure.ts';
import { type ScreenDrawing, startScreen } from '../../output/screen.ts';
import type { Shell } from '../../shell.ts';
import { explainFailure, throwFailures } from '../explain-failure.ts';
import { withCluster } from '../with-cluster.ts';
import { type ChosenGroups, collectChosen } from './chosen-groups.ts';
import { formatGroups } from './describe.ts';
import { lagToJson } from './group-json.ts';
import type { GroupKind } from './group-kind.ts';
import { sortGroups } from './lag-order.ts';
import { formatWatchLines } from './watch-lines.ts';

/** `describe --watch`: until it is interrupted, or nobody reads what it prints. */
export async function watchGroups(
  shell: Shell,
  kind: GroupKind,
  named: readonly string[] | 'all',
  options: GroupDescribeOptions,
): Promise<void> {
  const pause = interruptiblePause(shell);
  const screen = shell.stdout.isTerminal && !options.json ? startScreen(shell.stdout) : undefined;
  let last: ChosenGroups | undefined;
  try {
    await withCluster(shell, options, async (cluster) => {
      while (!pause.isInterrupted && !shell.stdout.closed) {
        const trouble = await look(cluster);
        if (pause.isInterrupted) return;
        await show(shell, kind, last ?? { groups: [], failures: [] }, trouble, options, screen);
        await pause.wait(options.interval);
      }
    });
  } catch (error) {
    if (!pause.isInterrupted) throw error;
  } finally {
    pause.undo();
    await screen?.end();
  }

  /** Once it has shown something, a broker that is away for a while does not end it. */
  async function look(cluster: Cluster): Promise<CliFailure | undefined> {
    try {
      const chosen = await collectChosen(cluster, kind, named);
      // A name that is wrong from the start is said at once; a group that goes away later may come back.
      if (last === undefined && chosen.groups.length === 0) throwFailures(chosen.failures);
      last = chosen;
      return chosen.failures[0];
    } catch (error) {
      const failure = explainFailure(error);
      if (last === undefined || !(failure instanceof CliFailure) || failure.reason !== 'unreachable') throw failure;
      return failure;
    }
  }
}

async function show(
  shell: Shell,
  kind: GroupKind,
  { groups }: ChosenGroups,
  trouble: CliFailure | undefined,
  options: GroupDescribeOptions,
  screen: ScreenDrawing | undefined,
): Promise<void> {
  const sorted = sortGroups(groups, options.sort);
  const nowMs = shell.clock.now();
  if (screen !== undefined) {
    const time = new Date(nowMs).toISOString().slice(11, 19);
    const note = trouble === undefined ? '' : `; ${trouble.message}`;
    const title = `every ${options.interval / 1000} s, last at ${time} UTC, Ctrl-C ends${note}`;
    return await screen.draw(
      title,
      groups.length === 0 ? `there are no ${kind.noun}s\n` : formatGroups(shell, sorted, options),
    );
  }
  if (trouble !== undefined) return await shell.stderr.write(`${trouble.message}\n`);
  const time = new Date(nowMs).toISOString();
  const lines = options.json
    ? sorted.map((group) => JSON.stringify({ time, ...lagToJson(group, options.sort, options.totals === true) }))
    : formatWatchLines(time, sorted, options);
  if (lines.length > 0) await shell.stdout.write(`${lines.join('\n')}\n`);
}

/** Waiting that an interrupt ends. */
function interruptiblePause(shell: Shell) {
  let isInterrupted = false;
  let wake = () => {};
  const interrupt = shell.onInterrupt(() => {
    isInterrupted = true;
    wake();
  });
  return {
    get isInterrupted() {
      return isInterrupted;
    },
    wait: (delayMs: number) =>
      new Promise<void>((resolve) => {
        const timer = shell.clock.setTimer(delayMs, resolve);
        wake = () => {
          timer.cancel();
          resolve();
        };
        if (isInterrupted) wake();
      }),
    undo: () => interrupt.undo(),
  };
}
