import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import tls from 'node:tls';
import type { HttpHandler } from '../http-server.ts';
import { closed, connectRaw, FLAG, FRAME, flood, frame, framesIn, POST_HEADERS } from './http/testing/http2-frames.ts';
import { connect, hello, LIMITS, listen } from './http/testing/listen-beside.ts';

describe('an HTTP server under a flood', () => {
  it('closes a connection that opens and resets streams without end', async () => {
    const { port, honest } = await listen(() => new Promise(() => {}));
    const socket = await connectRaw(port);
    const cancel = Buffer.of(0, 0, 0, 8);
    const openAndReset = (streamId: number): readonly Buffer[] => [
      frame(FRAME.HEADERS, FLAG.END_HEADERS | FLAG.END_STREAM, streamId, POST_HEADERS),
      frame(FRAME.RST_STREAM, 0, streamId, cancel),
    ];
    const flooding = flood(socket, (count) =>
      Buffer.concat(Array.from({ length: 100 }, (_, index) => openAndReset(2 * (100 * count + index) + 1)).flat()),
    );
    await honest();
    await flooding;
    await honest();
  });

  it('closes a connection over HTTP/1.1 that asks and asks, and waits for no answer', async () => {
    let count = 0;
    const { port, honest } = await listen(() => {
      count++;
      return new Promise(() => {});
    });
    const socket = connect(port);
    const many = 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n'.repeat(1000);
    const flooding = flood(socket, () => Buffer.from(many));
    await honest();
    await flooding;
    assert.equal(count, LIMITS.streamsPerConnectionMax);
    await honest();
  });

  it('refuses streams of a connection past the limit, and serves those up to it', async () => {
    const answer = Promise.withResolvers<void>();
    const slow: HttpHandler = async (request) => {
      await answer.promise;
      return hello(request);
    };
    const { port, honest } = await listen(slow, { streamsPerConnectionMax: 3 });
    const socket = await connectRaw(port);
    const frames = framesIn(socket);
    for (const id of [1, 3, 5, 7]) {
      socket.write(frame(FRAME.HEADERS, FLAG.END_HEADERS | FLAG.END_STREAM, id, POST_HEADERS));
    }
    const refused = await frames.next(FRAME.RST_STREAM);
    assert.equal(refused.streamId, 7);
    // REFUSED_STREAM: it was not begun, and may be sent again.
    assert.equal(refused.payload.readUInt32BE(), 7);
    answer.resolve();
    const answered = [await frames.next(FRAME.DATA), await frames.next(FRAME.DATA), await frames.next(FRAME.DATA)];
    assert.deepEqual(answered.map(({ streamId }) => streamId).sort(), [1, 3, 5]);
    socket.destroy();
    await honest();
  });

  it('closes a connection that knows the limit of streams and opens more', async () => {
    const { port, honest } = await listen(() => new Promise(() => {}), { streamsPerConnectionMax: 3 });
    const socket = await connectRaw(port);
    await framesIn(socket).next(FRAME.SETTINGS);
    socket.write(frame(FRAME.SETTINGS, FLAG.ACK, 0));
    for (const id of [1, 3, 5, 7]) {
      socket.write(frame(FRAME.HEADERS, FLAG.END_HEADERS | FLAG.END_STREAM, id, POST_HEADERS));
    }
    await closed(socket);
    await honest();
  });

  it('closes a connection that sends settings, or pings, and never reads their acknowledgements', async () => {
    const { port, honest } = await listen();
    for (const [type, payload] of [
      [FRAME.SETTINGS, Buffer.of(0, 3, 0, 0, 0, 100)],
      [FRAME.PING, Buffer.alloc(8)],
    ] as const) {
      const socket = await connectRaw(port);
      socket.pause();
      const many = Buffer.concat(Array.from({ length: 1000 }, () => frame(type, 0, 0, payload)));
      const flooding = flood(socket, () => many);
      await honest();
      await flooding;
    }
    await honest();
  });

  it('closes a connection whose headers go on and on', async () => {
    const { port, honest } = await listen();
    const socket = await connectRaw(port);
    socket.write(frame(FRAME.HEADERS, 0, 1, POST_HEADERS));
    // A literal header that is not indexed, many times: "a: a".
    const fields = Buffer.concat(Array.from({ length: 200 }, () => Buffer.of(0, 1, 0x61, 1, 0x61)));
    const more = frame(FRAME.CONTINUATION, 0, 1, fields);
    const flooding = flood(socket, () => more);
    await honest();
    await flooding;
    await honest();
  });

  it('refuses trailers and chunk extensions that go on and on', async () => {
    const { port, honest } = await listen();
    for (const head of ['5;', '0\r\nx-a: ']) {
      const socket = connect(port);
      socket.write(`POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n${head}`);
      const flooding = flood(socket, () => Buffer.alloc(4096, 'a'));
      await honest();
      await flooding;
    }
    await honest();
  });

  it('refuses a chunked body as soon as it is too large', async () => {
    const { port, honest } = await listen();
    const socket = connect(port);
    socket.write('POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n');
    socket.write(`3e9\r\n${'a'.repeat(1001)}\r\n`);
    assert.match(String((await once(socket, 'data'))[0]), /^HTTP\/1\.1 413/);
    await honest();
  });

  it('refuses two lengths, a length with chunks, and two hosts, so that nothing can be smuggled past a proxy', async () => {
    const { port, honest } = await listen();
    for (const headers of [
      'host: a\r\ncontent-length: 1\r\ncontent-length: 2',
      'host: a\r\ncontent-length: 1\r\ntransfer-encoding: chunked',
      'content-length: 0',
    ]) {
      const socket = connect(port);
      socket.write(`POST / HTTP/1.1\r\n${headers}\r\n\r\n`);
      assert.match(String((await once(socket, 'data'))[0]), /^HTTP\/1\.1 400/, headers);
    }
    await honest();
  });

  it('takes no more connections than the limit, and serves those that it has', async () => {
    const { port, honest } = await listen(hello, { connectionsMax: 10 });
    const sockets = Array.from({ length: 50 }, () => connect(port));
    // Eight beside the honest client's two; the others are closed.
    await Promise.all(sockets.slice(8).map((socket) => closed(socket.resume())));
    await honest();
  });
});

describe('an HTTP server that hears what is not for it', () => {
  it('answers TLS with an error at once, where it speaks none', async () => {
    const { port, honest } = await listen();
    const socket = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    assert.match(String(error.code), /^ERR_SSL_/);
    await honest();
  });

  it('ends a connection of garbage', async () => {
    const { port, honest } = await listen();
    const pieces = [
      Buffer.alloc(64),
      Buffer.alloc(64, 0xff),
      Buffer.from('\r\n\r\n\0'),
      Buffer.from('PRI * HTTP/3.0\r\n\r\n'),
    ];
    // A Kafka client's ApiVersions, whose length comes first.
    pieces.push(Buffer.from('00000016001200040000000100066b63617401046b63617401', 'hex'));
    for (const piece of pieces) {
      const socket = connect(port);
      socket.write(piece);
      socket.end();
      socket.resume();
      await closed(socket);
    }
    await honest();
  });
});
