import type { Uuid } from '@sluice/kernel/ids';
import type { Logger } from '@sluice/kernel/logger';
import type { MetadataStore, Revision, Watch, WatchEnd } from '../store/metadata-store.ts';
import type { ClusterImage, ImageDelta } from './cluster-image.ts';
import { imageState } from './image-state.ts';

/** Callers that wait for a revision at once. */
export const WAITER_COUNT_MAX = 100_000;

/** This broker's image, kept current by the store's watch. */
export interface ImageFollower {
  readonly image: ClusterImage;
  /** Names the present controller's tenure; 0 without one. */
  readonly controllerRevision: Revision;
  /** Topic ids whose partitions, all or the last ones, no topic counts. */
  staged(): Uuid[];
  /** Settles once the image has the revision; rejects when it never will. */
  reached(revision: Revision): Promise<void>;
  /** Runs after each move of the image, in order; returns the way to stop it. */
  onDelta(listener: (delta: ImageDelta) => void): () => void;
  close(): void;
}

export interface FollowOptions {
  readonly store: MetadataStore;
  readonly logger: Logger;
  /** The image cannot be trusted from here on (the store failed, a value is corrupt): stop serving. Called once. */
  readonly onFailure: (error: Error) => void;
}

/**
 * Loads the image, then follows. The first load has no delta: read the image.
 *
 * @throws {StoreError} @throws {CorruptValueError}
 */
export async function followImage({ store, logger, onFailure }: FollowOptions): Promise<ImageFollower> {
  const state = imageState();
  const listeners = new Set<(delta: ImageDelta) => void>();
  let waiters: { readonly revision: Revision; resolve(): void; reject(error: Error): void }[] = [];
  let failure: Error | undefined;
  let watch: Watch | undefined;

  await load();

  async function load(): Promise<void> {
    const { revision, kvs } = await store.range('');
    if (failure !== undefined) return;
    const delta = state.apply(state.catchUp(revision, kvs));
    watch = store.watch('', revision + 1, (batch) => move(() => state.apply(batch)), ended);
    tell(delta);
  }

  function move(step: () => ImageDelta): void {
    let delta: ImageDelta;
    try {
      delta = step();
    } catch (error) {
      fail(asError(error));
      return;
    }
    tell(delta);
  }

  function tell(delta: ImageDelta): void {
    for (const listener of listeners) listener(delta);
    const due = waiters.filter((waiter) => waiter.revision <= delta.revision);
    if (due.length === 0) return;
    waiters = waiters.filter((waiter) => waiter.revision > delta.revision);
    for (const waiter of due) waiter.resolve();
  }

  function ended(end: WatchEnd): void {
    if (end.kind === 'failed') {
      fail(end.error);
      return;
    }
    logger.warn('metadata watch fell behind, loading again', { oldestRevision: end.oldestRevision });
    load().catch((error: unknown) => fail(asError(error)));
  }

  function fail(error: Error): void {
    if (failure !== undefined) return;
    stop(error);
    onFailure(error);
  }

  function stop(error: Error): void {
    failure = error;
    watch?.cancel();
    listeners.clear();
    for (const waiter of waiters) waiter.reject(error);
    waiters = [];
  }

  return {
    image: state.image,
    get controllerRevision() {
      return state.controllerRevision;
    },
    staged: state.staged,
    async reached(revision) {
      if (state.image.revision >= revision) return;
      if (failure !== undefined) throw failure;
      if (waiters.length >= WAITER_COUNT_MAX) throw new Error(`more than ${WAITER_COUNT_MAX} wait for the image`);
      await new Promise<void>((resolve, reject) => waiters.push({ revision, resolve, reject }));
    },
    onDelta(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      if (failure === undefined) stop(new Error('the image is closed'));
    },
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
