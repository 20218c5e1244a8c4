import type { Clock } from '@sluice/kernel/clock';
import { changeActive } from '../change-stream.ts';
import { invalidArgument, limitExceeded, resourceInUse } from '../errors.ts';
import type { KinesisOperations } from '../generated/types.ts';
import { queuesOf } from '../queues/queue-state.ts';
import type { Streams } from '../registry/streams.ts';
import type { KinesisSettings } from '../settings.ts';
import { requireOnDemandRoom } from '../stream-limits.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const CHANGES_A_DAY_MAX = 2;

export interface UpdateStreamModeNeeds {
  readonly clock: Clock;
  readonly streams: Streams;
  readonly settings: KinesisSettings;
}

export function updateStreamMode(needs: UpdateStreamModeNeeds): KinesisOperations['UpdateStreamMode'] {
  const { clock, streams, settings } = needs;
  return async (input, context) => {
    const mode = input.StreamModeDetails.StreamMode;
    const warm = input.WarmThroughputMiBps;
    if (mode === 'PROVISIONED' && warm !== undefined) {
      throw invalidArgument('WarmThroughputMiBps can only be set for streams in ON_DEMAND mode.');
    }
    await changeActive(streams, input, context, (state) => {
      if (state.mode === mode) return warm === undefined ? undefined : { ...state, warmThroughputMiBps: warm };
      if (queuesOf(state).length > 0) {
        throw resourceInUse(
          `Stream ${state.name} under account ${context.accountId} has queues, which need ON_DEMAND mode.`,
        );
      }
      const now = clock.now();
      const changes = state.modeChangesMs.filter((atMs) => atMs > now - DAY_MS);
      if (changes.length >= CHANGES_A_DAY_MAX) {
        throw limitExceeded(
          `Stream ${state.name} under account ${context.accountId} has changed its mode ${CHANGES_A_DAY_MAX} times ` +
            'within the last 24 hours already.',
        );
      }
      if (mode === 'ON_DEMAND') requireOnDemandRoom(streams.known(), settings.onDemandStreamLimit, context);
      const warmThroughputMiBps = mode === 'ON_DEMAND' ? (warm ?? null) : null;
      return { ...state, mode, warmThroughputMiBps, modeChangesMs: [...changes, now] };
    });
  };
}
