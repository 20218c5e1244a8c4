import { KafkaError } from '@sluice/client/kafka-error';
import type { Clock } from '@sluice/kernel/clock';
import type { KafkaLog } from '../../kafka/kafka-log.ts';
import { invalidArgument, limitExceeded, resourceInUse } from '../errors.ts';
import type { KinesisOperations } from '../generated/types.ts';
import type { CarryOn } from '../registry/carry-on.ts';
import type { Registry } from '../registry/registry.ts';
import type { Streams } from '../registry/streams.ts';
import { topicSettingsOf } from '../registry/topic-settings.ts';
import { createdStream } from '../registry/transitions.ts';
import type { KinesisSettings } from '../settings.ts';
import { requireOnDemandRoom, requireShardRoom } from '../stream-limits.ts';
import { requireTags } from '../tags.ts';

/** What an on-demand stream begins with. */
const ON_DEMAND_SHARD_COUNT = 4;

export interface CreateStreamNeeds {
  readonly log: KafkaLog;
  readonly clock: Clock;
  readonly registry: Registry;
  readonly streams: Streams;
  readonly carryOn: CarryOn;
  readonly settings: KinesisSettings;
}

export function createStream(needs: CreateStreamNeeds): KinesisOperations['CreateStream'] {
  const { log, clock, registry, streams, carryOn, settings } = needs;
  return async (input, context) => {
    const { StreamName: name, ShardCount, Tags = {} } = input;
    const mode = input.StreamModeDetails?.StreamMode ?? 'PROVISIONED';
    if (mode === 'PROVISIONED' && ShardCount === undefined) {
      throw invalidArgument('ShardCount must be provided for streams in PROVISIONED mode.');
    }
    if (mode === 'ON_DEMAND' && ShardCount !== undefined) {
      throw invalidArgument('ShardCount must not be provided for streams in ON_DEMAND mode.');
    }
    if (mode === 'PROVISIONED' && input.WarmThroughputMiBps !== undefined) {
      throw invalidArgument('WarmThroughputMiBps can only be set for streams in ON_DEMAND mode.');
    }
    requireTags(Tags, {});
    const shardCount = ShardCount ?? ON_DEMAND_SHARD_COUNT;
    if ((await streams.current(name)) !== undefined) throw alreadyExists(name, context.accountId);
    if (mode === 'PROVISIONED') requireShardRoom(streams.known(), shardCount, settings.shardLimit, context);
    else requireOnDemandRoom(streams.known(), settings.onDemandStreamLimit, context);
    await requirePossible(log, name, shardCount);
    await streams.change(name, (current) => {
      if (current !== undefined) throw alreadyExists(name, context.accountId);
      return createdStream(
        {
          name,
          shardCount,
          mode,
          tags: Tags,
          ...(input.MaxRecordSizeInKiB === undefined ? {} : { maxRecordSizeKiB: input.MaxRecordSizeInKiB }),
          ...(input.WarmThroughputMiBps === undefined ? {} : { warmThroughputMiBps: input.WarmThroughputMiBps }),
          ...(input.RecordDistributionStrategy === undefined ? {} : { distribution: input.RecordDistributionStrategy }),
        },
        registry.door,
        clock.now(),
      );
    });
    carryOn.wake();
  };
}

const alreadyExists = (name: string, accountId: string) =>
  resourceInUse(`Stream ${name} under account ${accountId} already exists.`);

/** What the cluster would refuse is refused now, while somebody listens. */
async function requirePossible(log: KafkaLog, name: string, partitionCount: number): Promise<void> {
  try {
    const settings = topicSettingsOf({ retentionHours: 24 });
    await log.createTopic(name, { partitionCount, settings, validateOnly: true });
  } catch (error) {
    if (error instanceof KafkaError && !error.isRetriable) {
      throw limitExceeded(`The Kafka cluster refuses a topic for stream ${name}: ${error.message}`);
    }
    throw error;
  }
}
