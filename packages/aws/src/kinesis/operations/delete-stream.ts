import type { Clock } from '@sluice/kernel/clock';
import { namedStream } from '../arn.ts';
import { resourceInUse, streamNotFound } from '../errors.ts';
import type { KinesisOperations } from '../generated/types.ts';
import { queuesOf } from '../queues/queue-state.ts';
import type { CarryOn } from '../registry/carry-on.ts';
import type { Registry } from '../registry/registry.ts';
import type { Streams } from '../registry/streams.ts';
import { deleting } from '../registry/transitions.ts';

export interface DeleteStreamNeeds {
  readonly clock: Clock;
  readonly registry: Registry;
  readonly streams: Streams;
  readonly carryOn: CarryOn;
}

/** Deletes the topic with all its records, also one that no door has made. */
export function deleteStream({
  clock,
  registry,
  streams,
  carryOn,
}: DeleteStreamNeeds): KinesisOperations['DeleteStream'] {
  return async (input, context) => {
    const name = namedStream(input);
    await streams.current(name);
    await streams.change(name, (state) => {
      if (state === undefined) throw streamNotFound(name, context);
      if (state.status === 'DELETING') return undefined;
      if (state.consumers.length > 0 && input.EnforceConsumerDeletion !== true) {
        throw resourceInUse(
          `Cannot delete stream ${name} under account ${context.accountId}: it has registered consumers, ` +
            'and EnforceConsumerDeletion is not set.',
        );
      }
      if (queuesOf(state).length > 0) {
        throw resourceInUse(`Cannot delete stream ${name} under account ${context.accountId}: it has queues.`);
      }
      return deleting(state, registry.door, clock.now());
    });
    carryOn.wake();
  };
}
