import type { Clock, Timer } from '@sluice/kernel/clock';
import type { LogState } from './log-state.ts';
import type { Writer } from './writer.ts';

/** Written and not yet covered by a checkpoint: what a crash recovery would have to read. Beyond it one is asked for. */
const UNCHECKED_SIZE_BYTES_MAX = 256 * 1024 * 1024;
/** The largest delay that timers take; a longer `flush.ms` is Kafka's default, "never". */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** `flush.messages`, `flush.ms`, and the bound on what a recovery has to read. */
export interface FlushPolicy {
  onAppend(sizeBytes: number): void;
  stop(): void;
}

export function createFlushPolicy(options: {
  state: LogState;
  clock: Clock;
  writer: Writer;
  onCheckpointDue: () => void;
}): FlushPolicy {
  const { state, clock, writer } = options;
  let timer: Timer | undefined;
  let uncheckedSizeBytes = 0;

  return {
    onAppend(sizeBytes) {
      uncheckedSizeBytes += sizeBytes;
      if (uncheckedSizeBytes > UNCHECKED_SIZE_BYTES_MAX) {
        uncheckedSizeBytes = 0;
        options.onCheckpointDue();
      }
      const { flushMessages, flushMs } = state.config;
      if (state.logEndOffset - state.durableOffset >= flushMessages) writer.requestSync();
      else if (timer === undefined && flushMs <= TIMER_MS_MAX) {
        timer = clock.setTimer(flushMs, () => {
          timer = undefined;
          writer.requestSync();
        });
      }
    },
    stop: () => timer?.cancel(),
  };
}
