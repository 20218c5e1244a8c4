import type { Clock, Timer } from '@sluice/kernel/clock';
import { ConnectError, type Connection, type Network } from '@sluice/kernel/network';
import { decodeResponse, encodeRequest } from '@sluice/protocol/frames';
import type { MessageCodec } from '@sluice/protocol/message-codec';
import { type BrokerAddress, formatBrokerAddress } from './broker-address.ts';
import { ClientError } from './client-error.ts';
import { createFrameAssembler } from './frame-assembler.ts';

/** How long the peer has to end its side after this side did. */
const CLOSE_WAIT_MS = 1_000;

export interface ConnectionOptions {
  readonly network: Network;
  readonly clock: Clock;
  readonly clientId: string;
  /** For connecting, and for each answer unless a request says otherwise. */
  readonly timeoutMs: number;
}

/** A request's and its answer's codec. */
export interface RequestKind<RequestInput, Response> {
  readonly request: MessageCodec<unknown, RequestInput>;
  readonly response: MessageCodec<Response, never>;
}

/** Requests and their answers over one byte stream, in order. It knows nothing of versions: see `broker.ts`. */
export interface RequestConnection {
  readonly address: string;
  readonly isOpen: boolean;
  /** Settles with the answer; fails with `ClientError`. */
  send<RequestInput, Response>(
    kind: RequestKind<RequestInput, Response>,
    version: number,
    input: RequestInput,
    timeoutMs?: number,
  ): Promise<Response>;
  /** For Produce with acks=0, the one request without an answer. */
  sendUnanswered<RequestInput>(
    codec: MessageCodec<unknown, RequestInput>,
    version: number,
    input: RequestInput,
  ): Promise<void>;
  /** Flushes what was sent and ends the stream. */
  close(): void;
}

interface Waiting {
  readonly correlationId: number;
  settle(frame: Buffer): void;
  fail(error: ClientError): void;
}

/** Dials a broker. Fails with `ClientError`. */
export async function openConnection(target: BrokerAddress, options: ConnectionOptions): Promise<RequestConnection> {
  const { clock, clientId } = options;
  const address = formatBrokerAddress(target);
  const waiting: Waiting[] = [];
  const assembler = createFrameAssembler();
  let nextCorrelationId = 0;
  let failure: ClientError | undefined;
  let drained: (() => void) | undefined;

  function fail(error: ClientError): void {
    failure ??= error;
    drained?.();
    for (const { fail } of waiting.splice(0)) fail(failure);
  }

  const stream = await dial(target, options, {
    onData(chunk) {
      const frames = assembler.push(chunk);
      if (frames === undefined) return end(new ClientError('not-kafka', address, `${address} does not speak Kafka`));
      for (const frame of frames) accept(frame);
    },
    onDrain: () => drained?.(),
    onClose: () => fail(new ClientError('closed', address, `${address} closed the connection`)),
  });

  function accept(frame: Buffer): void {
    const next = waiting.shift();
    if (next === undefined || frame.readInt32BE(0) !== next.correlationId) {
      const error = new ClientError('not-kafka', address, `${address} answers what was not asked`);
      next?.fail(error);
      end(error);
      return;
    }
    next.settle(frame);
  }

  function end(error: ClientError): void {
    fail(error);
    stream.destroy();
  }

  function transmit<RequestInput>(
    codec: MessageCodec<unknown, RequestInput>,
    version: number,
    input: RequestInput,
  ): number {
    if (failure !== undefined) throw failure;
    const correlationId = nextCorrelationId;
    nextCorrelationId = (nextCorrelationId + 1) % 2 ** 31;
    stream.write(encodeRequest(codec, version, { correlationId, clientId }, input));
    return correlationId;
  }

  return {
    address,
    get isOpen() {
      return failure === undefined;
    },
    async send(kind, version, input, timeoutMs = options.timeoutMs) {
      const correlationId = transmit(kind.request, version, input);
      const frame = await new Promise<Buffer>((resolve, reject) => {
        // Answers come in order: once one is late, none behind it can be awaited either.
        const timer: Timer = clock.setTimer(timeoutMs, () => {
          end(new ClientError('timeout', address, `${address} did not answer within ${timeoutMs / 1000} s`));
        });
        waiting.push({
          correlationId,
          settle(frame) {
            timer.cancel();
            resolve(frame);
          },
          fail(error) {
            timer.cancel();
            reject(error);
          },
        });
      });
      try {
        return decodeResponse(kind.response, version, frame).body;
      } catch (cause) {
        const error = new ClientError('not-kafka', address, `${address} sent an answer that cannot be read`, { cause });
        end(error);
        throw error;
      }
    },
    async sendUnanswered(codec, version, input) {
      transmit(codec, version, input);
      if (stream.unsentBytes === 0) return;
      await new Promise<void>((resolve) => {
        drained = resolve;
      });
      drained = undefined;
      if (failure !== undefined) throw failure;
    },
    close() {
      fail(new ClientError('closed', address, 'this side closed the connection'));
      stream.end();
      // A peer that does not end its side must not keep this process alive.
      clock.setTimer(CLOSE_WAIT_MS, () => stream.destroy());
    },
  };
}

async function dial(
  target: BrokerAddress,
  { network, clock, timeoutMs }: ConnectionOptions,
  handler: Parameters<Network['connect']>[2],
): Promise<Connection> {
  const address = formatBrokerAddress(target);
  const dialled = network.connect(target.host, target.port, handler);
  let timer: Timer | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = clock.setTimer(timeoutMs, () => {
      // The network may still succeed later; that connection is nobody's.
      dialled.then((stream) => stream.destroy()).catch(() => {});
      reject(new ClientError('timeout', address, `${address} cannot be reached within ${timeoutMs / 1000} s`));
    });
  });
  try {
    return await Promise.race([dialled, late]);
  } catch (error) {
    throw error instanceof ConnectError ? connectFailure(error, address) : error;
  } finally {
    timer?.cancel();
  }
}

function connectFailure(cause: ConnectError, address: string): ClientError {
  switch (cause.tag) {
    case 'refused':
      return new ClientError('refused', address, `nothing listens on ${address}`, { cause });
    case 'no-such-address':
      return new ClientError('no-such-address', address, `${address} is no address that can be found`, { cause });
    case 'unreachable':
    case 'other':
      return new ClientError('unreachable', address, `${address} cannot be reached: ${cause.message}`, { cause });
  }
}
