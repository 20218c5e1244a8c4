import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { realClock } from '@sluice/kernel/real/clock';

/**
 * Room for objects that die young. V8 lets it grow to 64 MB, all of which stays resident. Half of this would be collected
 * twice as often, and what a transaction needs for its few milliseconds would be moved to where only full collections find it.
 */
const YOUNG_SIZE_BYTES_MAX = 32 * 1024 * 1024;
const LOOK_INTERVAL_MS = 50;

/**
 * Settings of the runtime for a process that is a broker and nothing else; whoever embeds Sluice keeps their own.
 *
 * By default V8 answers every 32 MB of new buffers with a full collection, which took a quarter of the CPU of
 * receiving. Counted within the heap's own limit, buffers that die young go in cheap ones.
 *
 * Those are made by this thread alone. With helpers each waits until the others had their turn on a core, which are as
 * many as there are event loops; and what they find in a young heap of this size is a millisecond's work.
 */
export function tuneProcess(): void {
  setFlagsFromString('--external-memory-accounted-in-global-limit');
  setFlagsFromString('--no-parallel-scavenge');
  limitYoungSpace();
}

/** Its limit is fixed when the process starts, but not how it grows. */
function limitYoungSpace(): void {
  const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
  if (young !== undefined && young.space_size >= YOUNG_SIZE_BYTES_MAX)
    setFlagsFromString('--semi-space-growth-factor=1');
  else realClock.setTimer(LOOK_INTERVAL_MS, limitYoungSpace);
}
