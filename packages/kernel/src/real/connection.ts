import type { Socket } from 'node:net';
import type { CloseReason, Connection, ConnectionHandler } from '../network.ts';
import { readInto } from './read-into.ts';

/** A connected socket as the port sees it, not yet delivering; `undefined` if its peer is gone already. */
export function adoptSocket(
  accepted: Socket,
): { connection: Connection; start(handler: ConnectionHandler): void } | undefined {
  let socket = accepted;
  const { remoteAddress, remotePort } = socket;
  if (remoteAddress === undefined || remotePort === undefined) {
    socket.on('error', () => {});
    socket.destroy();
    return undefined;
  }
  let reason: CloseReason | undefined;
  let drainOwed = false;
  const connection: Connection = {
    remoteAddress: withoutMapping(remoteAddress),
    remotePort,
    /** Asked of the system when somebody wants to know; "" and 0 once the connection is closed. */
    get localAddress() {
      return withoutMapping(socket.localAddress ?? '');
    },
    get localPort() {
      return socket.localPort ?? 0;
    },
    /** Counts a buffer until its whole write has left: that long its memory is held. */
    get unsentBytes() {
      return socket.writableLength;
    },
    write(buffers) {
      // After the peer's end or a failure there is nobody to tell; `onClose` follows.
      if (!socket.writable) return;
      writeAll(socket, buffers);
      drainOwed = socket.writableLength > 0;
    },
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    end() {
      reason ??= 'local';
      socket.end();
      // What still arrives is nobody's, but must be read for the peer's end to be seen.
      socket.resume();
    },
    destroy() {
      reason ??= 'local';
      socket.destroy();
    },
  };
  return {
    connection,
    start(handler) {
      if (handler.receiver === undefined) {
        socket.on('data', (chunk) => handler.onData(chunk));
        // One that was accepted paused.
        socket.resume();
      } else {
        socket = readInto(socket, handler.receiver);
      }
      socket.on('drain', () => {
        // Node also reports one after a write that the system took at once.
        if (!drainOwed || socket.writableLength > 0) return;
        drainOwed = false;
        handler.onDrain();
      });
      socket.on('end', () => {
        reason ??= 'peer';
      });
      socket.on('error', (error: NodeJS.ErrnoException) => {
        reason ??= error.code === 'ECONNRESET' || error.code === 'EPIPE' ? 'reset' : 'error';
      });
      socket.on('close', () => handler.onClose(reason ?? 'peer'));
    },
  };
}

/** Corked, so that Node hands all the buffers to one writev. */
function writeAll(socket: Socket, buffers: readonly Uint8Array[]): void {
  const [only] = buffers;
  if (only === undefined) return;
  if (buffers.length === 1) {
    socket.write(only);
    return;
  }
  socket.cork();
  for (const buffer of buffers) socket.write(buffer);
  socket.uncork();
}

/** A dual-stack listener shows IPv4 peers as `::ffff:1.2.3.4`; limits and logs want one form. */
function withoutMapping(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}
