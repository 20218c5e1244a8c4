import { realNetwork } from '@sluice/kernel/real/network';
import { decodeResponse, encodeRequest } from '@sluice/protocol/frames';
import type { MessageCodec } from '@sluice/protocol/message-codec';

const LENGTH_SIZE_BYTES = 4;

export interface Kind<Input, Value> {
  readonly request: MessageCodec<unknown, Input>;
  readonly response: MessageCodec<Value, never>;
}

/** One connection that sends what a test wants. Answers come in order: each call that awaits one gets the next. */
export interface TestClient {
  readonly isClosed: boolean;
  /** The broker has ended the connection. */
  readonly closed: Promise<void>;
  /** Sends a request and awaits its answer; fails if the connection ends before. */
  ask<Input, Value>(kind: Kind<Input, Value>, version: number, input: Input): Promise<Value>;
  /** Sends a request and awaits nothing. */
  tell<Input>(codec: MessageCodec<unknown, Input>, version: number, input: Input): void;
  send(...buffers: readonly Buffer[]): void;
  /** The next answer's frame without its length; undefined once the connection has ended. */
  nextFrame(): Promise<Buffer | undefined>;
  close(): void;
}

export async function connectTestClient(port: number): Promise<TestClient> {
  const frames: Buffer[] = [];
  const waiting: ((frame: Buffer | undefined) => void)[] = [];
  const whenClosed = Promise.withResolvers<void>();
  let received: Buffer = Buffer.alloc(0);
  let isClosed = false;
  let lastCorrelationId = 0;

  function take(chunk: Buffer): void {
    received = Buffer.concat([received, chunk]);
    while (received.length >= LENGTH_SIZE_BYTES) {
      const end = LENGTH_SIZE_BYTES + received.readInt32BE(0);
      if (received.length < end) return;
      const frame = received.subarray(LENGTH_SIZE_BYTES, end);
      received = received.subarray(end);
      const next = waiting.shift();
      if (next === undefined) frames.push(frame);
      else next(frame);
    }
  }

  const connection = await realNetwork.connect('127.0.0.1', port, {
    onData: take,
    onDrain() {},
    onClose() {
      isClosed = true;
      for (const settle of waiting.splice(0)) settle(undefined);
      whenClosed.resolve();
    },
  });

  function nextFrame(): Promise<Buffer | undefined> {
    const frame = frames.shift();
    if (frame !== undefined || isClosed) return Promise.resolve(frame);
    return new Promise((resolve) => waiting.push(resolve));
  }

  function tell<Input>(codec: MessageCodec<unknown, Input>, version: number, input: Input): number {
    const correlationId = ++lastCorrelationId;
    connection.write(encodeRequest(codec, version, { correlationId, clientId: 'test' }, input));
    return correlationId;
  }

  return {
    get isClosed() {
      return isClosed;
    },
    closed: whenClosed.promise,
    async ask(kind, version, input) {
      const correlationId = tell(kind.request, version, input);
      const frame = await nextFrame();
      if (frame === undefined) throw new Error(`${kind.request.name}: the connection was closed`);
      const answer = decodeResponse(kind.response, version, frame);
      if (answer.correlationId !== correlationId) throw new Error(`${kind.request.name}: answered out of order`);
      return answer.body;
    },
    tell,
    send: (...buffers) => connection.write(buffers),
    nextFrame,
    close: () => connection.destroy(),
  };
}
