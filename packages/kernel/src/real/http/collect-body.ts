import type { Exchange, Exchanges } from './exchange.ts';

/** The body, the status of its refusal, or that its sender has gone. */
export type Collected = Buffer | 408 | 413 | 431 | 503 | 'gone';

/**
 * Memory grows with what has come, never with what was announced. What a body takes is counted in `bodiesSizeBytes` until
 * `release`.
 */
export function collectBody(
  { incoming, headers, headersCount }: Exchange,
  exchanges: Exchanges,
): Promise<{ body: Collected; release(): void }> {
  const { limits } = exchanges;
  const { promise, resolve } = Promise.withResolvers<{ body: Collected; release(): void }>();
  let chunks: Buffer[] = [];
  let sizeBytes = 0;
  const release = (): void => {
    exchanges.bodiesSizeBytes -= sizeBytes;
    sizeBytes = 0;
  };
  const settle = (body: Collected): void => {
    clearTimeout(timer);
    incoming.off('data', onData).off('end', onEnd).off('close', onGone);
    chunks = [];
    if (!Buffer.isBuffer(body)) release();
    resolve({ body, release });
  };
  const onData = (chunk: Buffer): void => {
    sizeBytes += chunk.length;
    exchanges.bodiesSizeBytes += chunk.length;
    if (sizeBytes > limits.bodySizeBytesMax) settle(413);
    else if (exchanges.bodiesSizeBytes > limits.bodiesSizeBytesMax) settle(503);
    else chunks.push(chunk);
  };
  const onEnd = (): void => {
    const [only] = chunks;
    settle(only !== undefined && chunks.length === 1 ? only : Buffer.concat(chunks, sizeBytes));
  };
  const onGone = (): void => settle('gone');
  const timer = setTimeout(() => settle(408), limits.requestTimeoutMs);
  incoming.on('data', onData).on('end', onEnd).on('close', onGone);
  if (headersCount > limits.headersCountMax) settle(431);
  else if (Number(headers['content-length'] ?? 0) > limits.bodySizeBytesMax) settle(413);
  return promise;
}
