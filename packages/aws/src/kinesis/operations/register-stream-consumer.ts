import type { Clock } from '@sluice/kernel/clock';
import { changeAny } from '../change-stream.ts';
import { CONSUMERS_MAX } from '../consumer-limit.ts';
import { describeConsumer } from '../describe-consumer.ts';
import { internalFailure, limitExceeded, resourceInUse, streamNotActive } from '../errors.ts';
import type { KinesisOperations } from '../generated/types.ts';
import { queuesOf } from '../queues/queue-state.ts';
import type { Streams } from '../registry/streams.ts';
import type { KinesisSettings } from '../settings.ts';
import { requireTags } from '../tags.ts';

export interface ConsumerNeeds {
  readonly clock: Clock;
  readonly streams: Streams;
  readonly settings: KinesisSettings;
}

export function registerStreamConsumer(needs: ConsumerNeeds): KinesisOperations['RegisterStreamConsumer'] {
  const { clock, streams, settings } = needs;
  return async (input, context) => {
    const { ConsumerName: name, Tags = {} } = input;
    requireTags(Tags, {});
    const state = await changeAny(streams, input, context, (current) => {
      if (current.status !== 'ACTIVE' && current.status !== 'UPDATING') throw streamNotActive(current, context);
      if (current.consumers.some((each) => each.name === name)) {
        throw resourceInUse(
          `Consumer ${name} of stream ${current.name} under account ${context.accountId} already exists.`,
        );
      }
      if (current.consumers.length + queuesOf(current).length >= CONSUMERS_MAX) {
        throw limitExceeded(
          `Stream ${current.name} under account ${context.accountId} has ${CONSUMERS_MAX} consumers already.`,
        );
      }
      return { ...current, consumers: [...current.consumers, { name, createdAtMs: clock.now(), tags: Tags }] };
    });
    const consumer = state.consumers.find((each) => each.name === name);
    if (consumer === undefined) throw internalFailure('The consumer was deregistered at once.');
    return { Consumer: describeConsumer(state.name, consumer, context, settings.statusDelayMs) };
  };
}
