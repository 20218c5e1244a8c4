import type { HttpLimits } from '@sluice/kernel/http-server';

/** Of the door's listener. */
export const AWS_HTTP_LIMITS: HttpLimits = {
  // A client per shard, or 10,000 subscriptions over HTTP/1.1, and room beside them.
  connectionsMax: 20_000,
  streamsPerConnectionMax: 1000,
  headersSizeBytesMax: 16 * 1024,
  headersCountMax: 100,
  // A record of 10 MiB is a third larger in base64.
  bodySizeBytesMax: 16 * 1024 * 1024,
  bodiesSizeBytesMax: 256 * 1024 * 1024,
  greetingTimeoutMs: 10_000,
  headersTimeoutMs: 20_000,
  requestTimeoutMs: 60_000,
  idleTimeoutMs: 120_000,
  stalledTimeoutMs: 60_000,
};
