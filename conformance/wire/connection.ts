import { connect, type Socket } from 'node:net';

export type Reply = Buffer | 'closed' | 'silent';

/** One raw connection: frames go out as given, answers come back one by one. */
export type Connection = {
  /** Sends bytes as they are. */
  send(bytes: Buffer): void;
  /** The next frame without its size; 'closed' when the peer ended the connection, 'silent' after `timeoutMs`. */
  receive(timeoutMs: number): Promise<Reply>;
  close(): void;
};

export async function openConnection(host: string, port: number): Promise<Connection> {
  const socket = connect({ host, port, noDelay: true });
  await new Promise<void>((resolve, reject) => socket.once('error', reject).once('connect', () => resolve()));
  return toConnection(socket);
}

function toConnection(socket: Socket): Connection {
  let pending = Buffer.alloc(0);
  let isClosed = false;
  let wake = () => {};
  socket.on('data', (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    wake();
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    isClosed = true;
    wake();
  });
  const takeFrame = (): Buffer | undefined => {
    if (pending.length < 4) return undefined;
    const size = pending.readInt32BE();
    if (pending.length < 4 + size) return undefined;
    const frame = pending.subarray(4, 4 + size);
    pending = pending.subarray(4 + size);
    return frame;
  };
  return {
    send: (bytes) => {
      socket.write(bytes);
    },
    receive: async (timeoutMs) => {
      let isLate = false;
      const timer = setTimeout(() => {
        isLate = true;
        wake();
      }, timeoutMs);
      try {
        for (;;) {
          const frame = takeFrame();
          if (frame !== undefined) return frame;
          if (isClosed) return 'closed';
          if (isLate) return 'silent';
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      } finally {
        clearTimeout(timer);
      }
    },
    close: () => socket.destroy(),
  };
}
