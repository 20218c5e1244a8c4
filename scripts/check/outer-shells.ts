/** The few places besides `kernel/src/real` that may touch the machine themselves, each with its reason. */
export const OUTER_SHELLS: Readonly<Record<string, string>> = {
  'packages/kernel/src/sim/clock.ts': 'a turn of the event loop lets every ready promise run; it is no timer',
  'packages/metadata/src/store/sqlite-schema.ts': 'SQLite is the embedded store itself: it opens its own file',
  'packages/cli/src/process-shell.ts': 'the command line reads its standard input and the files that a user names',
  'packages/cli/src/run-program.ts': 'a command waits for answers, and no timer of a port keeps a process alive',
  'packages/sluice/src/hold-process.ts':
    'a consumer whose broker is away has no socket, and no timer of a port keeps a process alive',
};
