/** The few places besides `kernel/src/real` that may touch the machine themselves, each with its reason. */
export const OUTER_SHELLS: Readonly<Record<string, string>> = {
  'packages/kernel/src/sim/clock.ts': 'a turn of the event loop lets every ready promise run; it is no timer',
  'packages/metadata/src/store/sqlite-schema.ts': 'SQLite is the embedded store itself: it opens its own file',
  'packages/cli/src/process-shell.ts': 'the command line reads its standard input and the files that a user names',
};
