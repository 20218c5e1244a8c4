import type { KafkaLog } from '../../kafka/kafka-log.ts';
import { changeActive } from '../change-stream.ts';
import { invalidArgument } from '../errors.ts';
import type { KinesisOperations } from '../generated/types.ts';
import type { Streams } from '../registry/streams.ts';
import { retentionSettings } from '../registry/topic-settings.ts';
import { requireRetention } from '../retention.ts';

export interface RetentionNeeds {
  readonly log: KafkaLog;
  readonly streams: Streams;
}

export function decreaseStreamRetentionPeriod({
  log,
  streams,
}: RetentionNeeds): KinesisOperations['DecreaseStreamRetentionPeriod'] {
  return async (input, context) => {
    const hours = requireRetention(input.RetentionPeriodHours);
    const { name } = await changeActive(streams, input, context, (state) => {
      if (hours > state.retentionHours) {
        throw invalidArgument(
          `Requested retention period (${hours} hours) for stream ${state.name} can not be longer than existing ` +
            `retention period (${state.retentionHours} hours). Use IncreaseRetentionPeriod API.`,
        );
      }
      return { ...state, retentionHours: hours };
    });
    // The setting comes last: if it fails, the same call may be made again.
    await log.setTopic(name, retentionSettings(hours));
  };
}
