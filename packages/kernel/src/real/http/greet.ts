import type { Socket } from 'node:net';

/** What an HTTP/2 client with prior knowledge says first (RFC 9113, 3.4), as far as no method of HTTP/1.1 begins so. */
const PREFACE = Buffer.from('PRI ');

/** Finds out by the first bytes which protocol a connection speaks; they stay to be read. A silent one is closed. */
export function greet(socket: Socket, timeoutMs: number, choose: (version: '1.1' | '2') => void): void {
  let seen: Buffer = Buffer.alloc(0);
  const timer = setTimeout(() => socket.destroy(), timeoutMs);
  const stop = (): void => {
    clearTimeout(timer);
    socket.off('data', onData).off('end', leave).off('close', stop).off('error', ignore);
  };
  const onData = (chunk: Buffer): void => {
    seen = seen.length === 0 ? chunk : Buffer.concat([seen, chunk]);
    const compared = Math.min(seen.length, PREFACE.length);
    const mayBeHttp2 = seen.compare(PREFACE, 0, compared, 0, compared) === 0;
    if (mayBeHttp2 && compared < PREFACE.length) return;
    stop();
    socket.pause();
    socket.unshift(seen);
    choose(mayBeHttp2 ? '2' : '1.1');
    // An HTTP/2 session reads what is there by itself.
    if (!mayBeHttp2) socket.resume();
  };
  const ignore = (): void => {};
  const leave = (): void => void socket.destroy();
  socket.on('data', onData).once('end', leave).once('close', stop).on('error', ignore);
}
