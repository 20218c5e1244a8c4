import type { ShareMessage } from './share-message.ts';

/**
 * The messages of a share group's member, one by one. It fetches only while somebody waits for the next message and none
 * is there.
 *
 * It can be iterated once. Leaving the loop by `break`, `return` or an error releases all that this loop has
 * been given and not acknowledged, and what was not handed out yet. `close()`, or the signal, lets a loop end by itself.
 */
export interface ShareMessages<Key = Buffer, Value = Buffer, HeaderKey = Buffer, HeaderValue = Buffer>
  extends AsyncDisposable {
  readonly isActive: boolean;
  [Symbol.asyncIterator](): AsyncIterableIterator<ShareMessage<Key, Value, HeaderKey, HeaderValue>>;
  /**
   * Ends the loop, as if there were no more messages, and releases what was not handed out. What was can still be
   * acknowledged until the consumer is closed. Settles when the brokers know.
   */
  close(): Promise<void>;
}
