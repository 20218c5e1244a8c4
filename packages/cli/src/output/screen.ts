import type { OutputStream } from '../shell.ts';

const HOME = '\u001b[H';
const ERASE_SCREEN = '\u001b[2J';
const ERASE_LINE_END = '\u001b[K';
const ERASE_BELOW = '\u001b[J';
const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';

export interface ScreenDrawing {
  /** Draws over what stands there; what is too long for the terminal is left out and said to be. */
  draw(title: string, text: string): Promise<void>;
  /** Gives the cursor back; what was drawn last stays. */
  end(): Promise<void>;
}

/** A text that renews itself in place on a terminal. */
export function startScreen(stream: OutputStream): ScreenDrawing {
  let isStarted = false;
  return {
    async draw(title, text) {
      const lines = fitLines([title.slice(0, stream.columns), '', ...text.trimEnd().split('\n')], stream.rows);
      const start = isStarted ? HOME : HIDE_CURSOR + ERASE_SCREEN + HOME;
      isStarted = true;
      await stream.write(`${start}${lines.map((line) => `${line}${ERASE_LINE_END}\n`).join('')}${ERASE_BELOW}`);
    },
    async end() {
      if (isStarted) await stream.write(SHOW_CURSOR);
    },
  };
}

/** The last line of the terminal stays free: a line end there would scroll. */
function fitLines(lines: readonly string[], rows: number | undefined): readonly string[] {
  const room = (rows ?? Number.POSITIVE_INFINITY) - 1;
  if (lines.length <= room) return lines;
  const shown = lines.slice(0, Math.max(1, room - 1));
  return [...shown, `… ${lines.length - shown.length} more lines; --totals or a larger window shows more`];
}
