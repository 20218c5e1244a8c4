/** The queue: any number of workers of one share group take its records one by one. */
export const TASKS = 'tasks';
/** What no worker could do. */
export const DEAD_LETTERS = 'tasks.dead';
export const GROUP = 'task-workers';

/** How often a task is tried. The group's share.delivery.count.limit (5) must leave room for one more. */
export const ATTEMPTS_MAX = 3;

export const BOOTSTRAP = process.env.BOOTSTRAP ?? '127.0.0.1:9092';

export interface Task {
  readonly id: string;
  readonly kind: string;
}

/** It will never work, however often it is tried. */
export class PoisonError extends Error {
  override readonly name = 'PoisonError';
}

export function parseTask(text: string | undefined): Task {
  const { id, kind } = parseJson(text ?? '') ?? {};
  if (typeof id !== 'string' || typeof kind !== 'string') throw new PoisonError('it is no task: id or kind is missing');
  return { id, kind };
}

function parseJson(text: string): { readonly id?: unknown; readonly kind?: unknown } | null {
  try {
    return JSON.parse(text);
  } catch {
    throw new PoisonError('it is no task: no JSON');
  }
}
