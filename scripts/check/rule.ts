import type { Repository } from './repository.ts';

export interface Finding {
  readonly path: string;
  /** From 1; 0: the file as a whole. */
  readonly line: number;
  readonly message: string;
  /** A warning is listed and does not fail the check. Default: error. */
  readonly severity?: 'error' | 'warning';
}

/** One rule of the house. */
export interface Rule {
  readonly name: string;
  /** What holds where it finds nothing. */
  readonly promise: string;
  check(repository: Repository): Finding[];
}
