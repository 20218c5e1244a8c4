import type { Clock } from '@sluice/kernel/clock';
import type { Disk } from '@sluice/kernel/disk';
import type { Logger } from '@sluice/kernel/logger';
import { reasonOf } from '../failure-reason.ts';
import type { HostedLog, LogDirectory } from '../log-directory.ts';
import { partitionName } from '../partition-name.ts';
import { NotDecided } from './log-copy.ts';
import { writeMoveMark } from './move-mark.ts';
import { tidyMoveMark } from './resolve-moves.ts';

/** A move that failed (a full disk, say) is tried again. */
const RETRY_MS = 30_000;

export interface MovesOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Those that are online. */
  directories(): readonly LogDirectory[];
  /** `replica.alter.log.dirs.io.max.bytes.per.second`, as it is now. */
  bytesPerSecondMax(): number;
  /** The log's files are in `directory` from now on, also after a crash. */
  onMoved(hosted: HostedLog, directory: LogDirectory): void;
}

/** Moves of logs between the data directories of a broker: as many at once as there are directories. */
export interface Moves {
  /** Settles once a restart would go on with it. */
  start(hosted: HostedLog, source: LogDirectory, target: LogDirectory): Promise<void>;
  /** Settles once it is given up, for good. One that is about to end ends first. */
  cancel(name: string): Promise<void>;
  /** Gives nothing up: the next start goes on with all. */
  stop(): Promise<void>;
}

interface Move {
  readonly name: string;
  readonly hosted: HostedLog;
  readonly source: LogDirectory;
  readonly target: LogDirectory;
  isCancelled: boolean;
  /** Ends a wait. */
  wake: () => void;
  done: Promise<void>;
}

class MoveCancelled extends Error {}

export function createMoves(options: MovesOptions): Moves {
  const { disk, clock, logger } = options;
  const moves = new Map<string, Move>();
  const waiting = new Set<() => void>();
  let runningCount = 0;
  let isStopped = false;
  /** When the bytes that were copied so far are paid for. */
  let paidUntilMs = 0;

  async function turn(move: Move): Promise<void> {
    while (!move.isCancelled && runningCount >= Math.max(1, options.directories().length)) {
      await new Promise<void>((resolve) => {
        const go = () => {
          waiting.delete(go);
          resolve();
        };
        waiting.add(go);
        move.wake = go;
      });
    }
    runningCount++;
  }

  function passTurn(): void {
    runningCount--;
    const [go] = waiting;
    go?.();
  }

  function wait(move: Move, delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = clock.setTimer(delayMs, resolve);
      move.wake = () => {
        timer.cancel();
        resolve();
      };
      if (move.isCancelled) move.wake();
    });
  }

  /** All moves share the rate. */
  async function pace(move: Move, sizeBytes: number): Promise<void> {
    const nowMs = clock.monotonicMs();
    paidUntilMs = Math.max(paidUntilMs, nowMs) + (sizeBytes / options.bytesPerSecondMax()) * 1000;
    const aheadMs = paidUntilMs - nowMs;
    if (aheadMs > 1) await wait(move, aheadMs);
    else await new Promise<void>((resolve) => (clock.soon ?? queueMicrotask)(resolve));
    if (move.isCancelled) throw new MoveCancelled();
  }

  async function run(move: Move): Promise<void> {
    while (!move.isCancelled) {
      await turn(move);
      try {
        if (move.isCancelled) return;
        await moveLog(move);
        return;
      } catch (error) {
        if (move.isCancelled || move.target.failure !== undefined || move.source.failure !== undefined) return;
        const { name, target } = move;
        logger.warn('a move between directories failed and is tried again', {
          name,
          to: target.path,
          reason: reasonOf(error),
        });
      } finally {
        passTurn();
      }
      await wait(move, RETRY_MS);
    }
  }

  async function moveLog(move: Move): Promise<void> {
    const { name, hosted, source, target } = move;
    const { log, home } = hosted;
    const incoming = await target.incoming.expect(hosted);
    // From now on both directories keep the log's offsets: the copy may count at any time.
    home.next = target.services;
    const away = await tidyMoveMark(disk, log.directory, options.directories());
    // Always a new one: what an attempt that failed has written may not be on disk, whatever a later sync says.
    const copy = await log.copyTo(incoming.path, (sizeBytes) => pace(move, sizeBytes));
    incoming.copy = copy;
    const takePlace = {
      prepare: () => target.save(),
      async decide() {
        if (home.next !== target.services) throw new NotDecided('the new directory did not keep its checkpoints');
        // From here on the copy counts, whatever else is lost.
        await writeMoveMark(disk, incoming.path, [source.directoryId, ...away]);
        const directory = `${target.path}/${name}`;
        await disk.rename(incoming.path, directory);
        await disk.syncDirectory(target.path);
        target.incoming.arrived(name);
        source.disown(name);
        target.adopt(hosted);
        home.next = undefined;
        return directory;
      },
    };
    do await copy.catchUp();
    while (!(await copy.finish(takePlace)));
    logger.info('a log was moved to another directory', { name, from: source.path, to: target.path });
    options.onMoved(hosted, target);
    await leaveSource(move);
  }

  /** Nothing here is owed to anybody: a restart does it too. */
  async function leaveSource({ name, source, target }: Move): Promise<void> {
    try {
      await source.release(name);
      await tidyMoveMark(disk, `${target.path}/${name}`, options.directories());
    } catch (error) {
      logger.warn('what a move left in the old directory is removed at the next start', {
        name,
        reason: reasonOf(error),
      });
    }
  }

  return {
    async start(hosted, source, target) {
      const name = partitionName(hosted.topic, hosted.partition);
      const move: Move = { name, hosted, source, target, isCancelled: false, wake: () => {}, done: Promise.resolve() };
      await target.incoming.expect(hosted);
      if (isStopped) return;
      moves.set(name, move);
      move.done = run(move).finally(() => {
        moves.delete(name);
        if (hosted.home.next === target.services) hosted.home.next = undefined;
      });
    },
    async cancel(name) {
      const move = moves.get(name);
      if (move === undefined) return;
      move.isCancelled = true;
      move.wake();
      await move.done;
    },
    async stop() {
      isStopped = true;
      for (const move of moves.values()) {
        move.isCancelled = true;
        move.wake();
      }
      await Promise.all([...moves.values()].map(({ done }) => done));
    },
  };
}
