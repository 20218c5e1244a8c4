/** One thing that stands in the way: what is wrong in one line, and what its user can do about it. */
export interface ImportProblem {
  readonly message: string;
  readonly hint: string;
}

/** Nothing was changed, neither in the source nor in the target. */
export class ImportRefused extends Error {
  override readonly name = 'ImportRefused';
  /** `missing`: there is no such directory. `exists`: the target holds something. */
  readonly reason: 'refused' | 'missing' | 'exists';
  /** All that is known to be wrong, at least one. */
  readonly problems: readonly ImportProblem[];
  constructor(problems: readonly ImportProblem[], reason: ImportRefused['reason'] = 'refused', options?: ErrorOptions) {
    super(problems.map(({ message }) => message).join('; '), options);
    this.reason = reason;
    this.problems = problems;
  }
}

export function refuse(message: string, hint: string, reason?: ImportRefused['reason']): never {
  throw new ImportRefused([{ message, hint }], reason);
}
