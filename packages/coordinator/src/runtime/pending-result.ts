import type { Result } from './coordinator-runtime.ts';
import type { Pending } from './coordinator-shard.ts';

/** The caller of `run`, as a shard sees it. A class: one is made for each request, and its two methods are shared. */
export class PendingResult<T> implements Pending<T> {
  readonly #settle: (result: Result<T>) => void;
  constructor(settle: (result: Result<T>) => void) {
    this.#settle = settle;
  }
  answer(response: T): void {
    this.#settle({ response });
  }
  fail(errorCode: number): void {
    this.#settle({ errorCode });
  }
}
