import type { ShareMessage } from '@sluice/client/share-consumer/share-message';
import type { ShareMessages } from '@sluice/client/share-consumer/share-messages';

/** So many are printed in one go. */
const BATCH_COUNT_MAX = 500;

/**
 * Messages as they come, those together that are there already. Never asks for more than `wanted` says: what was handed
 * out counts as delivered.
 */
export async function* takeAll(messages: ShareMessages, wanted: () => number): AsyncGenerator<readonly ShareMessage[]> {
  const iterator = messages[Symbol.asyncIterator]();
  const nothing = Promise.resolve(undefined);
  let next: ReturnType<typeof iterator.next> | undefined;
  for (;;) {
    const batch: ShareMessage[] = [];
    const countMax = Math.min(wanted(), BATCH_COUNT_MAX);
    if (countMax <= 0) return;
    while (batch.length < countMax) {
      next ??= iterator.next();
      // The first is waited for. Of the others, one that is not there by now is left for the next batch.
      const result: IteratorResult<ShareMessage, undefined> | undefined =
        batch.length === 0 ? await next : await Promise.race([next, nothing]);
      if (result === undefined) break;
      next = undefined;
      if (result.done) {
        if (batch.length > 0) yield batch;
        return;
      }
      batch.push(result.value);
    }
    yield batch;
  }
}
