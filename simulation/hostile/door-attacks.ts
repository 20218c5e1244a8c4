import { once } from 'node:events';
import http2 from 'node:http2';
import net from 'node:net';
import { headersOf } from './door.ts';

/** Connections and streams of one attack. */
const MANY = 200;
const FLOOD_MS = 1_000;
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', 'latin1');
const MIB = 1024 * 1024;

export type DoorAttack = (port: number) => Promise<void>;

async function connect(port: number): Promise<net.Socket> {
  const socket = net.connect({ port, host: '127.0.0.1' });
  socket.on('error', () => {});
  await Promise.race([once(socket, 'connect'), once(socket, 'close')]).catch(() => {});
  return socket;
}

/** Says it at the start and then again and again for a second, or until it is hung up on. */
async function flood(port: number, first: Uint8Array | string, again: Uint8Array): Promise<void> {
  const socket = await connect(port);
  socket.write(first);
  const endAt = performance.now() + FLOOD_MS;
  while (socket.writable && performance.now() < endAt) {
    if (socket.write(again)) await new Promise((resolve) => setImmediate(resolve));
    else await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => {});
  }
  socket.destroy();
}

function frame(type: number, flags: number, streamId: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(streamId, 5);
  return Buffer.concat([head, payload]);
}

const repeated = (bytes: Buffer, count: number) => Buffer.concat(Array.from({ length: count }, () => bytes));

function headOf(operation: string, more: string): string {
  const headers = Object.entries({ host: 'localhost', ...headersOf(operation) });
  return `POST / HTTP/1.1\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}${more}\r\n\r\n`;
}

/** Many requests at once, each on a connection of its own; what is answered does not matter. */
async function post(port: number, count: number, operation: string, body: Buffer): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, async () => {
      const socket = await connect(port);
      socket.write(headOf(operation, `content-length: ${body.length}`));
      socket.end(body);
      socket.resume();
      if (!socket.closed) await once(socket, 'close').catch(() => {});
    }),
  );
}

export const DOOR_ATTACKS: Readonly<Record<string, DoorAttack>> = {
  'first bytes that are no HTTP': async (port) => {
    for (const bytes of [
      '\0'.repeat(100),
      '\x16\x03\x01\x02\0\x01',
      '\0\0\0\x16\0\x12\0\x04',
      'PRI * HTTP/2.0\r\n\r\nSM',
    ]) {
      for (let count = 0; count < MANY / 4; count++) {
        const socket = await connect(port);
        socket.end(Buffer.from(bytes, 'latin1'));
        socket.resume();
      }
    }
  },
  'heads and bodies that do not end': async (port) => {
    const halves = [
      'POST / HT',
      headOf('PutRecords', 'content-length: 1000000'),
      headOf('PutRecords', 'transfer-encoding: chunked'),
    ];
    const sockets = await Promise.all(
      Array.from({ length: MANY }, async (_, index) => {
        const socket = await connect(port);
        socket.write(halves[index % halves.length] ?? '');
        return socket;
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, FLOOD_MS));
    for (const socket of sockets) socket.resetAndDestroy();
  },
  'half-open streams of HTTP/2': async (port) => {
    const sessions = Array.from({ length: 5 }, () => http2.connect(`http://127.0.0.1:${port}`));
    for (const session of sessions) {
      session.on('error', () => {});
      for (let count = 0; count < MANY; count++) {
        const stream = session.request(
          { ...headersOf('PutRecords'), ':method': 'POST', ':path': '/' },
          { endStream: false },
        );
        stream.on('error', () => {});
        stream.write('{');
      }
    }
    await new Promise((resolve) => setTimeout(resolve, FLOOD_MS));
    for (const session of sessions) session.destroy();
  },
  'streams that are opened and reset': async (port) => {
    const socket = await connect(port);
    socket.write(PREFACE);
    const headers = Buffer.concat([Buffer.of(0x83, 0x84, 0x86, 0x41, 0x01), Buffer.from('a')]);
    const endAt = performance.now() + FLOOD_MS;
    for (let id = 1; socket.writable && performance.now() < endAt; id += 2) {
      socket.write(Buffer.concat([frame(1, 5, id, headers), frame(3, 0, id, Buffer.of(0, 0, 0, 8))]));
      if (id % 201 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    socket.destroy();
  },
  'settings without end': (port) => flood(port, PREFACE, repeated(frame(4, 0, 0, Buffer.of(0, 3, 0, 0, 0, 9)), 500)),
  'pings without end': (port) => flood(port, PREFACE, repeated(frame(6, 0, 0, Buffer.alloc(8)), 500)),
  'headers without end': async (port) => {
    const start = Buffer.concat([PREFACE, frame(1, 0, 1, Buffer.of(0x83, 0x84, 0x86))]);
    await flood(port, start, repeated(frame(9, 0, 1, Buffer.of(0, 1, 0x61, 1, 0x61)), 500));
    await flood(port, 'POST / HTTP/1.1\r\nx-a: ', Buffer.alloc(64 * 1024, 'a'));
  },
  'bodies larger than any request': (port) => post(port, 10, 'PutRecords', Buffer.alloc(17 * MIB, ' ')),
  'bodies deeper than any request': (port) => post(port, 10, 'PutRecords', Buffer.alloc(8 * MIB, '[')),
  'bodies of millions of values': (port) => post(port, 10, 'PutRecords', Buffer.from(`[${'{},'.repeat(2 * MIB)}0]`)),
  'wrong content, wrong operations, no signatures': async (port) => {
    for (const operation of ['PutRecords', 'Nothing', '__proto__', 'SubscribeToShard']) {
      await post(port, MANY / 4, operation, Buffer.from('{"StreamName":"\\u0000","Records":[null]}'));
    }
  },
};
