import type { EventBatch, Revision, StoreEvent, Watch, WatchEnd } from './metadata-store.ts';

/** Watches open at once on one store. */
export const WATCH_COUNT_MAX = 1_000;

interface Watcher {
  readonly prefix: string;
  readonly fromRevision: Revision;
  readonly onBatch: (batch: EventBatch) => void;
  readonly onEnd: (end: WatchEnd) => void;
  readonly pending: (EventBatch | WatchEnd)[];
  draining: boolean;
  cancelled: boolean;
}

export interface WatcherSet {
  readonly size: number;
  /** `past`: what it gets first; an end as the last of it closes the watch. */
  add(
    prefix: string,
    fromRevision: Revision,
    past: readonly (EventBatch | WatchEnd)[],
    onBatch: (batch: EventBatch) => void,
    onEnd: (end: WatchEnd) => void,
  ): Watch;
  /** Events of one revision, in key order. */
  publish(revision: Revision, events: readonly StoreEvent[]): void;
  endAll(end: WatchEnd): void;
  clear(): void;
}

export function eventKey(event: StoreEvent): string {
  return event.kind === 'put' ? event.kv.key : event.key;
}

/** Hands batches to watchers in microtasks: in order, and never inside the call that caused them. */
export function watcherSet(): WatcherSet {
  const watchers = new Set<Watcher>();

  function deliver(watcher: Watcher, item: EventBatch | WatchEnd): void {
    watcher.pending.push(item);
    if (watcher.draining) return;
    watcher.draining = true;
    queueMicrotask(() => drain(watcher));
  }

  function drain(watcher: Watcher): void {
    for (let item = watcher.pending.shift(); item !== undefined; item = watcher.pending.shift()) {
      if (watcher.cancelled) return;
      if (item.kind === 'events') {
        watcher.onBatch(item);
      } else {
        watchers.delete(watcher);
        watcher.onEnd(item);
        return;
      }
    }
    watcher.draining = false;
  }

  return {
    get size() {
      return watchers.size;
    },
    add(prefix, fromRevision, past, onBatch, onEnd) {
      const watcher: Watcher = {
        prefix,
        fromRevision,
        onBatch,
        onEnd,
        pending: [],
        draining: false,
        cancelled: false,
      };
      watchers.add(watcher);
      for (const item of past) deliver(watcher, item);
      return {
        cancel() {
          watcher.cancelled = true;
          watchers.delete(watcher);
        },
      };
    },
    publish(revision, events) {
      for (const watcher of watchers) {
        if (revision < watcher.fromRevision) continue;
        const seen =
          watcher.prefix === '' ? events : events.filter((event) => eventKey(event).startsWith(watcher.prefix));
        if (seen.length > 0) deliver(watcher, { kind: 'events', revision, events: seen });
      }
    },
    endAll(end) {
      for (const watcher of watchers) deliver(watcher, end);
    },
    clear() {
      for (const watcher of watchers) watcher.cancelled = true;
      watchers.clear();
    },
  };
}
