import type { PartitionLog } from '@sluice/log/partition-log';
import { type Reply, Unsettled } from '../define-api.ts';
import { logsReady } from './ready-logs.ts';

/** What a pipelined handler answers. */
type Begun<Response> = Reply<Response> | Promise<Reply<Response>> | Unsettled<Response>;

/**
 * Begins a request once its logs are ready; what comes after it on its connection waits with it. It happens once for each
 * log after a start, so most requests begin at once.
 */
export function beginWhenReady<Response>(logs: Iterable<PartitionLog>, begin: () => Begun<Response>): Begun<Response> {
  const ready = logsReady(logs);
  if (ready === undefined) return begin();
  // In an object, so that its own promise is not waited for.
  const beginning = ready.then((): { readonly begun: Begun<Response> } => ({ begun: begin() }));
  return new Unsettled<Response>(
    beginning.then(({ begun }) => (begun instanceof Unsettled ? begun.effects : undefined)),
    beginning.then<Reply<Response>>(({ begun }) => (begun instanceof Unsettled ? begun.reply : begun)),
  );
}
