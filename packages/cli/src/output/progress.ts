import type { Clock, Timer } from '@sluice/kernel/clock';
import type { OutputStream } from '../shell.ts';

/** How often a progress line is drawn again. */
const DRAW_INTERVAL_MS = 200;
const ERASE_LINE = '\r\u001b[2K';

export interface Progress {
  /** Called often with what stands now; drawn at most every 200 ms. */
  update(describe: () => string): void;
  /** Takes the line away, before other output or at the end. */
  clear(): void;
}

/** Where a line would be in the way. */
export const NO_PROGRESS: Progress = { update() {}, clear() {} };

/** A line on stderr that renews itself, on a terminal only; elsewhere nothing is written. */
export function startProgress(stream: OutputStream, clock: Clock): Progress {
  if (!stream.isTerminal) return NO_PROGRESS;
  let pending: (() => string) | undefined;
  let timer: Timer | undefined;
  let isDrawn = false;

  function draw(): void {
    timer = undefined;
    if (pending === undefined) return;
    const text = pending().slice(0, (stream.columns ?? 80) - 1);
    isDrawn = true;
    void stream.write(ERASE_LINE + text);
  }

  return {
    update(describe) {
      pending = describe;
      timer ??= clock.setTimer(DRAW_INTERVAL_MS, draw);
    },
    clear() {
      timer?.cancel();
      timer = undefined;
      pending = undefined;
      if (isDrawn) void stream.write(ERASE_LINE);
      isDrawn = false;
    },
  };
}
