import { connect } from 'node:net';

/** What a broker may send before we stop keeping it. */
const RECEIVED_SIZE_BYTES_MAX = 64 * 1024 * 1024;
const CONNECT_LIMIT_MS = 5000;

export interface Target {
  readonly host: string;
  readonly port: number;
}

/** A connection that sends whatever bytes it is told to. */
export interface RawConnection {
  readonly isClosed: boolean;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  send(...buffers: readonly Buffer[]): void;
  /** The next response without its size; undefined when the connection closes first, `silent` after the limit. */
  next(limitMs: number): Promise<Buffer | 'closed' | 'silent'>;
  destroy(): void;
}

/** Fails only if no connection can be made: a broker that is down, or that accepts no more. */
export function openRaw(target: Target): Promise<RawConnection> {
  const { promise, resolve, reject } = Promise.withResolvers<RawConnection>();
  const socket = connect({ host: target.host, port: target.port, noDelay: true });
  const refused = setTimeout(() => socket.destroy(new Error('no connection in time')), CONNECT_LIMIT_MS);
  let received: Buffer = Buffer.alloc(0);
  let isClosed = false;
  let sentBytes = 0;
  let receivedBytes = 0;
  let wake = () => {};

  socket.on('connect', () => {
    clearTimeout(refused);
    resolve(connection);
  });
  socket.on('error', reject);
  socket.on('end', close);
  socket.on('close', close);
  socket.on('data', (chunk) => {
    receivedBytes += chunk.length;
    if (received.length + chunk.length > RECEIVED_SIZE_BYTES_MAX) socket.destroy();
    else received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    wake();
  });

  function close(): void {
    clearTimeout(refused);
    isClosed = true;
    socket.destroy();
    reject(new Error('closed before it was open'));
    wake();
  }

  function takeFrame(): Buffer | undefined {
    if (received.length < 4) return undefined;
    const sizeBytes = received.readInt32BE(0);
    if (sizeBytes < 0) {
      close();
      return undefined;
    }
    const end = 4 + sizeBytes;
    if (received.length < end) return undefined;
    const frame = received.subarray(4, end);
    received = received.subarray(end);
    return frame;
  }

  const connection: RawConnection = {
    get isClosed() {
      return isClosed;
    },
    get sentBytes() {
      return sentBytes;
    },
    get receivedBytes() {
      return receivedBytes;
    },
    send(...buffers) {
      for (const buffer of buffers) {
        sentBytes += buffer.length;
        if (!isClosed) socket.write(buffer);
      }
    },
    async next(limitMs) {
      const deadline = performance.now() + limitMs;
      for (;;) {
        const frame = takeFrame();
        if (frame !== undefined) return frame;
        if (isClosed) return 'closed';
        const leftMs = deadline - performance.now();
        if (leftMs <= 0) return 'silent';
        await new Promise<void>((awake) => {
          const timer = setTimeout(awake, leftMs);
          wake = () => {
            clearTimeout(timer);
            awake();
          };
        });
      }
    },
    destroy: () => socket.destroy(),
  };
  return promise;
}
