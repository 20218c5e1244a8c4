import { once } from 'node:events';
import net from 'node:net';

/** What an HTTP/2 client with prior knowledge says first (RFC 9113, 3.4). */
export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

export const FRAME = { DATA: 0, HEADERS: 1, RST_STREAM: 3, SETTINGS: 4, PING: 6, WINDOW_UPDATE: 8, CONTINUATION: 9 };
export const FLAG = { ACK: 1, END_STREAM: 1, END_HEADERS: 4 };

const HEAD_SIZE_BYTES = 9;

/** One frame (RFC 9113, 4.1). */
export function frame(type: number, flags: number, streamId: number, payload: Uint8Array = Buffer.alloc(0)): Buffer {
  const bytes = Buffer.alloc(HEAD_SIZE_BYTES + payload.length);
  bytes.writeUIntBE(payload.length, 0, 3);
  bytes.writeUInt8(type, 3);
  bytes.writeUInt8(flags, 4);
  bytes.writeUInt32BE(streamId, 5);
  bytes.set(payload, HEAD_SIZE_BYTES);
  return bytes;
}

/** `POST / ` over HTTP, by indexes of HPACK's static table and a literal authority. */
export const POST_HEADERS = Buffer.concat([Buffer.of(0x83, 0x84, 0x86, 0x41, 0x01), Buffer.from('a')]);

/** An HTTP/2 connection that says what it likes. */
export async function connectRaw(port: number, settings: Uint8Array = Buffer.alloc(0)): Promise<net.Socket> {
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
  // That it is closed or reset is what tests wait for.
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(Buffer.concat([PREFACE, frame(FRAME.SETTINGS, 0, 0, settings)]));
  return socket;
}

/** Settles when the connection is gone, however it ended. */
export function closed(socket: net.Socket): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (socket.closed) resolve();
  socket.once('close', () => resolve());
  return promise;
}

/** Says the same again and again, as quickly as it is taken, until the other side closes. */
export async function flood(socket: net.Socket, bytes: (count: number) => Buffer): Promise<void> {
  const isClosed = closed(socket);
  for (let count = 0; socket.writable; count++) {
    if (socket.write(bytes(count))) continue;
    const { promise: drained, resolve } = Promise.withResolvers<void>();
    socket.once('drain', resolve);
    await Promise.race([drained, isClosed]);
  }
  socket.destroy();
  await isClosed;
}
