import net from 'node:net';
import type { Receiver } from '../network.ts';

/** One byte makes Node report a drain after every write that the system did not take whole. */
export const SOCKET_HIGH_WATER_MARK = 1;

/** What Node keeps below a socket; not documented, so every use of it has a way without it. */
interface SocketWithHandle {
  _handle?: { useUserBuffer?: unknown; reading?: boolean } | null;
}

/**
 * Makes an accepted, still paused socket read into the receiver's buffers. Node offers that (`onread`) to sockets that
 * dial, but not to those that a server accepts: so the connection below the socket moves to a new socket that has it.
 * It halves the CPU of receiving: no buffer per read, and large requests arrive where they stay.
 *
 * Where a version of Node has no such thing below, the bytes are copied instead.
 */
export function readInto(socket: net.Socket, receiver: Receiver): net.Socket {
  const accepted = socket as unknown as SocketWithHandle;
  const handle = accepted._handle;
  if (socket.destroyed || handle === null || typeof handle?.useUserBuffer !== 'function') {
    return copyInto(socket, receiver);
  }
  accepted._handle = null;
  const options = {
    handle,
    readableHighWaterMark: SOCKET_HIGH_WATER_MARK,
    writableHighWaterMark: SOCKET_HIGH_WATER_MARK,
    onread: {
      buffer: () => receiver.buffer(),
      callback(count: number) {
        receiver.received(count);
        return true;
      },
    },
  };
  return new net.Socket(options as unknown as net.SocketConstructorOpts);
}

function copyInto(socket: net.Socket, receiver: Receiver): net.Socket {
  socket.on('data', (chunk) => {
    for (let taken = 0; taken < chunk.length; ) {
      const count = chunk.copy(receiver.buffer(), 0, taken);
      taken += count;
      receiver.received(count);
    }
  });
  socket.resume();
  return socket;
}
