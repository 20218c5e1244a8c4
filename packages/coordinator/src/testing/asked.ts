import assert from 'node:assert/strict';
import type { Pending } from '../runtime/coordinator-shard.ts';

/** What became of a request so far. */
export interface Asked<T> {
  readonly response: T | undefined;
  readonly failure: number | undefined;
}

/** Somebody who waits, and what he was told: once. */
export function ask<T>(): { readonly asked: Asked<T>; readonly pending: Pending<T> } {
  const asked: { response: T | undefined; failure: number | undefined } = { response: undefined, failure: undefined };
  const isOpen = () => asked.response === undefined && asked.failure === undefined;
  const pending: Pending<T> = {
    answer(response) {
      assert(isOpen(), 'a request is answered once');
      asked.response = response;
    },
    fail(errorCode) {
      assert(isOpen(), 'a request is answered once');
      asked.failure = errorCode;
    },
  };
  return { asked, pending };
}

export function answered<T>({ response }: Asked<T>): T {
  assert(response !== undefined, 'it is answered at once');
  return response;
}
