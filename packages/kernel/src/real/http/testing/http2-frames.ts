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

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  readonly payload: Buffer;
}

/** The frames that arrive, of each type in order. */
export function framesIn(socket: net.Socket): { next(type: number): Promise<Frame> } {
  let rest: Buffer = Buffer.alloc(0);
  const arrived: Frame[] = [];
  let onArrived: (() => void) | undefined;
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= HEAD_SIZE_BYTES && rest.length >= HEAD_SIZE_BYTES + rest.readUIntBE(0, 3)) {
      const end = HEAD_SIZE_BYTES + rest.readUIntBE(0, 3);
      const [type, flags, streamId] = [rest.readUInt8(3), rest.readUInt8(4), rest.readUInt32BE(5)];
      arrived.push({ type, flags, streamId, payload: rest.subarray(HEAD_SIZE_BYTES, end) });
      rest = rest.subarray(end);
    }
    onArrived?.();
  });
  return {
    async next(type) {
      for (;;) {
        const at = arrived.findIndex((each) => each.type === type && each.payload.length > 0);
        const [found] = at === -1 ? [] : arrived.splice(at, 1);
        if (found !== undefined) return found;
        await new Promise<void>((resolve) => {
          onArrived = resolve;
        });
      }
    },
  };
}
