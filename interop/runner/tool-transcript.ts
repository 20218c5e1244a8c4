import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { interop } from './paths.ts';
import type { Actor, Stage } from './stage.ts';
import { record, recorded, type Transcript, tidy } from './transcript.ts';

/** What Kafka's tools say here, beside what they said to Apache Kafka. */
export type ToolTranscript = {
  /** Runs a tool as a test of its own: its output, read so, and its exit code must be those of the recording. */
  says(typed: string, tool: string, args: readonly string[], read?: (output: string) => string): Promise<void>;
  /** Keeps what was said, where that is wanted. */
  close(): void;
};

/** `file` is in `expected/`; what differs from run to run, and `tidy` does not know, is taken out by `timeless`. */
export function openToolTranscript(
  stage: Stage,
  actor: Actor,
  file: string,
  timeless: (output: string) => string,
): ToolTranscript {
  const path = join(interop, 'expected', file);
  const expected = existsSync(path) ? recorded(readFileSync(path, 'utf8')) : [];
  const said: Transcript = [];
  return {
    says: (typed, tool, args, read = (output) => output) =>
      stage.test(actor, typed, async () => {
        const { code, output } = await actor.ask('tool', { name: tool, args });
        const one = { typed, code, lines: tidy(timeless(read(output))) };
        const want = expected[said.length];
        said.push(one);
        if (stage.isRecording) return undefined;
        if (want?.typed !== typed) throw new Error('it is not recorded: run --server kafka --record');
        if (want.code !== code || want.lines.join('\n') !== one.lines.join('\n'))
          throw new Error(`exit ${code}\n${one.lines.join('\n')}\nis not\nexit ${want.code}\n${want.lines.join('\n')}`);
        return undefined;
      }),
    close() {
      if (stage.isRecording) writeFileSync(path, record(said));
    },
  };
}
