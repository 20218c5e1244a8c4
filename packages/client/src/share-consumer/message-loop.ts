import type { Clock } from '@sluice/kernel/clock';
import { type Acknowledgement, AcknowledgeType, type Acquired, acknowledgementOf } from './acknowledgement.ts';
import { DeserializationError, type ShareConsumerError, UserError } from './errors.ts';
import { type Contents, HandedMessage } from './handed-message.ts';
import type { MemberLoop } from './member-loop.ts';
import { createMessageQueue } from './message-queue.ts';
import type { DeserializationErrorAction } from './options.ts';
import { readContents } from './read-contents.ts';
import type { LoopSettings } from './settings.ts';
import type { ShareMessage } from './share-message.ts';
import type { ShareMessages } from './share-messages.ts';

/** How many calls of `next` may wait at once: that many workers may share a loop. */
const WAITING_MAX = 10_000;

/** How many messages that were handed out are remembered, to be given back when the loop is left. */
const HANDED_MAX = 100_000;

/** A loop over messages: the user's side of it, and the member's. */
export interface MessageLoop<Key, Value, HeaderKey, HeaderValue> extends MemberLoop {
  readonly settings: LoopSettings<Key, Value, HeaderKey, HeaderValue>;
  readonly messages: ShareMessages<Key, Value, HeaderKey, HeaderValue>;
}

export interface LoopHost {
  readonly clock: Clock;
  say(acknowledgement: Acknowledgement): void;
  /** Messages are wanted. */
  wake(): void;
  onEnded(): void;
  /** Settles when what was released is. */
  flush(): Promise<void>;
}

type Result<Message> = IteratorResult<Message, undefined>;

export function createMessageLoop<Key, Value, HeaderKey, HeaderValue>(
  settings: LoopSettings<Key, Value, HeaderKey, HeaderValue>,
  host: LoopHost,
): MessageLoop<Key, Value, HeaderKey, HeaderValue> {
  type Message = ShareMessage<Key, Value, HeaderKey, HeaderValue>;
  const queue = createMessageQueue();
  const waiting: PromiseWithResolvers<Result<Message>>[] = [];
  /** Handed out, and nothing was said of them yet. */
  const handed = new Set<Acquired>();
  let isEnded = false;
  let isIterated = false;
  let failure: ShareConsumerError | undefined;

  const messageHost = {
    mode: settings.mode,
    clock: host.clock,
    say(acknowledgement: Acknowledgement) {
      const { acquired, type } = acknowledgement;
      if (acquired !== undefined && type !== AcknowledgeType.RENEW) handed.delete(acquired);
      host.say(acknowledgement);
    },
  };

  function giveBack(acquired: Acquired, type: AcknowledgeType = AcknowledgeType.RELEASE): void {
    handed.delete(acquired);
    acquired.said = acknowledgementOf(acquired, type, false);
    host.say(acquired.said);
  }

  /** The next message; undefined: there is none now. */
  function take(): Message | undefined {
    for (;;) {
      const acquired = queue.take(host.clock.monotonicMs());
      if (acquired === undefined) return undefined;
      const contents = contentsOf(acquired);
      if (contents === undefined) continue;
      remember(acquired);
      return new HandedMessage(acquired, contents, messageHost);
    }
  }

  function remember(acquired: Acquired): void {
    handed.add(acquired);
    const [oldest] = handed;
    if (handed.size > HANDED_MAX && oldest !== undefined) handed.delete(oldest);
  }

  /** Undefined: it cannot be deserialized, and was given back. Fails with `DeserializationError`. */
  function contentsOf(acquired: Acquired): Contents<Key, Value, HeaderKey, HeaderValue> | undefined {
    try {
      return readContents(acquired.record, settings.deserializers);
    } catch (error) {
      const action = actionFor(acquired, error);
      giveBack(acquired, action === 'reject' ? AcknowledgeType.REJECT : AcknowledgeType.RELEASE);
      if (action !== 'fail') return undefined;
      throw new DeserializationError(placeOf(acquired), error);
    }
  }

  function actionFor(acquired: Acquired, error: unknown): DeserializationErrorAction {
    const { record, deliveryCount } = acquired;
    const { key, value } = record;
    return settings.onDeserializationError?.({ error, deliveryCount, key, value, ...placeOf(acquired) }) ?? 'fail';
  }

  function serve(): void {
    while (waiting.length > 0) {
      let message: Message | undefined;
      try {
        message = take();
      } catch (error) {
        end(asFailure(error));
        return;
      }
      if (message === undefined) return;
      waiting.shift()?.resolve({ value: message, done: false });
    }
  }

  function end(error?: ShareConsumerError): void {
    if (isEnded) return;
    isEnded = true;
    failure = error;
    for (const acquired of queue.remove(() => true)) giveBack(acquired);
    for (const each of waiting.splice(0)) finish(each);
    host.onEnded();
  }

  /** The failure is told once. */
  function finish({ resolve, reject }: PromiseWithResolvers<Result<Message>>): void {
    const told = failure;
    failure = undefined;
    if (told === undefined) resolve({ value: undefined, done: true });
    else reject(told);
  }

  function acceptHanded(): void {
    if (settings.mode !== 'implicit') return;
    for (const acquired of [...handed]) {
      acquired.said = acknowledgementOf(acquired, AcknowledgeType.ACCEPT, true);
      messageHost.say(acquired.said);
    }
  }

  function next(): Promise<Result<Message>> {
    const result = Promise.withResolvers<Result<Message>>();
    acceptHanded();
    if (isEnded) finish(result);
    else if (waiting.length >= WAITING_MAX) {
      result.reject(new UserError(`${WAITING_MAX} calls of next() wait already`));
    } else {
      waiting.push(result);
      serve();
      if (waiting.length > 0) host.wake();
    }
    return result.promise;
  }

  const iterator: AsyncIterableIterator<Message> = {
    next,
    async return() {
      failure = undefined;
      end();
      for (const acquired of [...handed]) giveBack(acquired);
      await host.flush();
      return { value: undefined, done: true };
    },
    [Symbol.asyncIterator]: () => iterator,
  };

  async function close(): Promise<void> {
    end();
    await host.flush();
  }

  const messages: ShareMessages<Key, Value, HeaderKey, HeaderValue> = {
    get isActive() {
      return !isEnded;
    },
    [Symbol.asyncIterator]() {
      if (isIterated) throw new UserError('these messages are iterated already; call next() of that iterator instead');
      isIterated = true;
      return iterator;
    },
    close,
    [Symbol.asyncDispose]: close,
  };

  return {
    settings,
    messages,
    get isWaiting() {
      return waiting.length > 0 && queue.count === 0;
    },
    push(acquired) {
      if (isEnded) {
        for (const each of acquired) giveBack(each);
        return;
      }
      queue.push(acquired);
      serve();
    },
    purge: () => queue.purge(),
    keepOnly(isKept) {
      for (const acquired of queue.remove((each) => !isKept(each))) giveBack(acquired);
    },
    acceptHanded,
    end,
  };
}

function placeOf({ place: { topic, partition }, record }: Acquired) {
  return { topic, partition, offset: BigInt(record.offset) };
}

function asFailure(error: unknown): ShareConsumerError {
  return error instanceof DeserializationError ? error : new UserError(String(error), { cause: error });
}
