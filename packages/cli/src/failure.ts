/**
 * What a script sees of a command's end. The numbers are a promise to users: they stand in `sluice --help` and in
 * docs/reference/cli.md.
 */
export const EXIT_CODES = {
  ok: { code: 0, meaning: 'done' },
  failed: { code: 1, meaning: 'it was refused or went wrong; the message on stderr says why' },
  usage: { code: 2, meaning: 'the command line is wrong; nothing was done' },
  'not-found': { code: 3, meaning: 'the topic, partition, group, broker or file does not exist' },
  exists: { code: 4, meaning: 'what should be made is already there' },
  unreachable: { code: 5, meaning: 'no broker answered in time; trying again may help' },
} as const;

export type ExitReason = keyof typeof EXIT_CODES;

/** A failure that the user can act on: one line that says what happened, and one that says what to do about it. */
export class CliFailure extends Error {
  override readonly name = 'CliFailure';
  readonly reason: ExitReason;
  readonly hint: string | undefined;
  /** Where a command's own meaning of the exit codes stands above the common one. */
  readonly code: number | undefined;
  constructor(reason: ExitReason, message: string, hint?: string, options?: ErrorOptions & { readonly code?: number }) {
    super(message, options);
    this.reason = reason;
    this.hint = hint;
    this.code = options?.code;
  }
}

/** An end with an exit code of its own, once everything was said. */
export class SilentEnd extends Error {
  override readonly name = 'SilentEnd';
  readonly code: number;
  constructor(code: number) {
    super(`exit code ${code}`);
    this.code = code;
  }
}
