import type { Readable } from 'node:stream';
import type { HttpRequest } from '../../http-server.ts';
import { collectBody } from './collect-body.ts';
import type { Exchange, Exchanges } from './exchange.ts';
import { sendBody } from './send-body.ts';

/** A body that was refused is read on a little, so that its sender sees the answer and not a reset. */
const REFUSED_SIZE_BYTES_MAX = 64 * 1024 * 1024;
const REFUSED_TIMEOUT_MS = 2000;

/** Takes the body, asks the handler, sends its answer. */
export async function serveExchange(exchange: Exchange, exchanges: Exchanges): Promise<void> {
  const { incoming, outgoing } = exchange;
  // What goes wrong with either is seen as its close.
  incoming.on('error', () => {});
  outgoing.on('error', () => {});
  let controller: AbortController | undefined;
  let isGone = false;
  const abort = (): void => {
    isGone = true;
    controller?.abort();
  };
  outgoing.once('close', abort);
  exchanges.underWay.add(abort);
  try {
    const { body, release } = await collectBody(exchange, exchanges);
    if (body === 'gone') return exchange.reset();
    if (!Buffer.isBuffer(body)) return await refuse(exchange, body, exchanges);
    const { version, method, target, headers } = exchange;
    const request: HttpRequest = {
      version,
      method,
      target,
      headers,
      body,
      get signal() {
        controller ??= new AbortController();
        if (isGone) controller.abort();
        return controller.signal;
      },
    };
    try {
      const response = await exchanges.handler(request);
      if (outgoing.destroyed) {
        // Its close may be still to come, but nobody will listen any more.
        abort();
        return await discard(response.body);
      }
      exchange.begin(response.status, response.headers, !Buffer.isBuffer(response.body));
      if (!(await sendBody(outgoing, response.body, exchanges.limits.stalledTimeoutMs))) exchange.reset();
    } finally {
      release();
    }
  } catch {
    exchange.reset();
  } finally {
    outgoing.off('close', abort);
    exchanges.underWay.delete(abort);
    if (exchanges.underWay.size === 0) exchanges.onIdle?.();
  }
}

async function refuse(exchange: Exchange, status: number, { limits }: Exchanges): Promise<void> {
  exchange.closeAfterwards();
  exchange.begin(status, { 'content-length': '0' }, true);
  await readOn(exchange.incoming);
  if (!(await sendBody(exchange.outgoing, Buffer.alloc(0), limits.stalledTimeoutMs))) exchange.reset();
  else if (!exchange.incoming.readableEnded) exchange.giveUp();
}

function readOn(incoming: Readable): Promise<void> {
  if (incoming.readableEnded) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, REFUSED_TIMEOUT_MS);
  let sizeBytes = 0;
  incoming.on('data', (chunk: Buffer) => {
    sizeBytes += chunk.length;
    if (sizeBytes > REFUSED_SIZE_BYTES_MAX) resolve();
  });
  incoming.once('end', resolve).once('close', resolve);
  return promise.finally(() => clearTimeout(timer));
}

/** Nobody reads it any more; what produces it is told so. */
async function discard(body: Buffer | AsyncIterable<Uint8Array>): Promise<void> {
  if (!Buffer.isBuffer(body)) await body[Symbol.asyncIterator]().return?.();
}
