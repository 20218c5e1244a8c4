import type { Clock } from '@sluice/kernel/clock';
import type { ReadOptions } from '@sluice/log/partition-log';
import type { Lookup } from '../partitions/hosted-partition.ts';
import { type FetchedPartition, type FetchTarget, fetchPartition } from './fetch-partition.ts';

export interface FetchBounds {
  readonly sizeBytesMin: number;
  readonly sizeBytesMax: number;
  readonly waitMsMax: number;
  readonly upTo: ReadOptions['upTo'];
}

export interface FetchPorts {
  readonly clock: Clock;
  lookUp(target: FetchTarget): Lookup;
  /** Calls back when waiting must end because the broker stops; returns the way to stop listening. */
  onStopping(stop: () => void): () => void;
}

/**
 * Reads all targets in their order within the bounds; if that gives less than the minimum, waits until enough has come,
 * something ends the wait, or the time is over, and reads again.
 */
export async function fetchTargets(
  targets: readonly FetchTarget[],
  bounds: FetchBounds,
  ports: FetchPorts,
): Promise<FetchedPartition[]> {
  const deadlineMs = ports.clock.monotonicMs() + bounds.waitMsMax;
  for (;;) {
    const reading = readAll(targets, bounds, ports);
    const fetched = reading instanceof Promise ? await reading : reading;
    const leftMs = deadlineMs - ports.clock.monotonicMs();
    if (leftMs <= 0 || isEnough(fetched, bounds)) return fetched;
    const isOver = !fetched.some(hasMoved) && (await waitForChange(fetched, leftMs, ports));
    if (isOver) return fetched;
    for (const { release } of fetched) release?.();
  }
}

/** No targets are answered at once, as by Kafka. */
function isEnough(fetched: readonly FetchedPartition[], bounds: FetchBounds): boolean {
  if (fetched.length === 0) return true;
  let sizeBytes = 0;
  for (const partition of fetched) {
    if (partition.endsWait) return true;
    sizeBytes += partition.sizeBytes;
  }
  return sizeBytes >= bounds.sizeBytesMin;
}

/** Goes on without promises while everything comes from memory. */
function readAll(
  targets: readonly FetchTarget[],
  bounds: FetchBounds,
  ports: FetchPorts,
): FetchedPartition[] | Promise<FetchedPartition[]> {
  const fetched: FetchedPartition[] = [];
  let leftBytes = bounds.sizeBytesMax;
  let isEmpty = true;

  function take(partition: FetchedPartition): void {
    fetched.push(partition);
    leftBytes = Math.max(0, leftBytes - partition.sizeBytes);
    if (partition.sizeBytes > 0) isEmpty = false;
  }

  function readOne(target: FetchTarget): FetchedPartition | Promise<FetchedPartition> {
    return fetchPartition(target, ports.lookUp(target), {
      maxBytes: Math.min(target.maxBytes, leftBytes),
      minOneBatch: isEmpty,
      upTo: bounds.upTo,
    });
  }

  async function goOn(from: number, first: Promise<FetchedPartition>): Promise<FetchedPartition[]> {
    take(await first);
    for (const target of targets.slice(from + 1)) {
      const read = readOne(target);
      take(read instanceof Promise ? await read : read);
    }
    return fetched;
  }

  for (let i = 0; i < targets.length; i++) {
    const target = targets[i] as FetchTarget;
    const read = readOne(target);
    if (read instanceof Promise) return goOn(i, read);
    take(read);
  }
  return fetched;
}

/** Whether a partition changed while others were still read from disk, when nobody watched it. */
function hasMoved({ hosted, data }: FetchedPartition): boolean {
  if (hosted === undefined) return false;
  const { highWatermark, lastStableOffset, logStartOffset, isReadable } = hosted.log;
  return (
    highWatermark !== data.highWatermark ||
    lastStableOffset !== data.lastStableOffset ||
    logStartOffset !== data.logStartOffset ||
    !isReadable
  );
}

/** Resolves with true if the wait is over (time, or the broker stops), with false if there may be more to read. */
function waitForChange(fetched: readonly FetchedPartition[], timeoutMs: number, ports: FetchPorts): Promise<boolean> {
  return new Promise((resolve) => {
    const stops: (() => void)[] = [];
    const end = (isOver: boolean) => {
      timer.cancel();
      for (const stop of stops) stop();
      resolve(isOver);
    };
    const timer = ports.clock.setTimer(timeoutMs, () => end(true));
    const changed = () => end(false);
    for (const { hosted } of fetched) if (hosted !== undefined) stops.push(hosted.log.watch(changed));
    stops.push(ports.onStopping(() => end(true)));
  });
}
