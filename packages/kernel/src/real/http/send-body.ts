import type { Writable } from 'node:stream';

/** What is handed to the system at a time: small enough to see whether the client goes on reading. */
const PIECE_SIZE_BYTES = 256 * 1024;

/** Resolves once all has left, to false if the client has gone or left the answer unread for too long. */
export async function sendBody(
  outgoing: Writable,
  body: Buffer | AsyncIterable<Uint8Array>,
  stalledTimeoutMs: number,
): Promise<boolean> {
  const pieces = Buffer.isBuffer(body) ? cut(body) : body;
  if (Buffer.isBuffer(pieces)) {
    outgoing.end(pieces);
    return finished(outgoing, stalledTimeoutMs);
  }
  for await (const piece of pieces) {
    if (outgoing.destroyed) return false;
    if (!outgoing.write(piece) && !(await drained(outgoing, stalledTimeoutMs))) return false;
  }
  outgoing.end();
  return finished(outgoing, stalledTimeoutMs);
}

function cut(body: Buffer): Buffer | AsyncIterable<Uint8Array> {
  return body.length <= PIECE_SIZE_BYTES ? body : piecesOf(body);
}

async function* piecesOf(body: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < body.length; at += PIECE_SIZE_BYTES) yield body.subarray(at, at + PIECE_SIZE_BYTES);
}

function drained(outgoing: Writable, timeoutMs: number): Promise<boolean> {
  return outgoing.writableNeedDrain ? happened(outgoing, 'drain', timeoutMs) : Promise.resolve(!outgoing.destroyed);
}

function finished(outgoing: Writable, timeoutMs: number): Promise<boolean> {
  return outgoing.writableFinished ? Promise.resolve(true) : happened(outgoing, 'finish', timeoutMs);
}

function happened(outgoing: Writable, event: 'drain' | 'finish', timeoutMs: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  if (outgoing.destroyed) return Promise.resolve(false);
  const settle = (result: boolean): void => {
    clearTimeout(timer);
    outgoing.off(event, onEvent).off('close', onClose);
    resolve(result);
  };
  const onEvent = (): void => settle(true);
  const onClose = (): void => settle(false);
  const timer = setTimeout(() => settle(false), timeoutMs);
  outgoing.on(event, onEvent).on('close', onClose);
  return promise;
}
