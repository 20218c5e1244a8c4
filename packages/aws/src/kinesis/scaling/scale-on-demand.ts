import type { Clock } from '@sluice/kernel/clock';
import type { CarryOn } from '../registry/carry-on.ts';
import type { Registry } from '../registry/registry.ts';
import { openShards, type StreamState } from '../registry/stream-state.ts';
import type { Streams } from '../registry/streams.ts';
import { updating } from '../registry/transitions.ts';
import { nextRound } from '../shards/reshard.ts';
import { WRITE_BYTES_PER_S, WRITE_RECORDS_PER_S } from '../shards/throughput.ts';
import type { Load, LoadMeter } from './load-meter.ts';

/** From this share of what its shards take on a stream is given twice as many: so it can take double its load. */
const SHARE_MAX = 0.5;
/** What the service lets an on-demand stream grow to by itself. */
const SHARDS_MAX = 200;

export interface ScalingNeeds {
  readonly clock: Clock;
  readonly registry: Registry;
  readonly streams: Streams;
  readonly carryOn: CarryOn;
  readonly meter: LoadMeter;
}

/**
 * Gives on-demand streams more shards by what this door wrote to them since the last call. Every door judges by its own
 * part; a change of one is seen by the others, so that a stream is not doubled twice at once. Streams do not shrink.
 */
export async function scaleOnDemand({ clock, registry, streams, carryOn, meter }: ScalingNeeds): Promise<void> {
  const loads = meter.take();
  for (const state of streams.known()) {
    const load = loads.get(state.name);
    if (load === undefined || targetFor(state, load) === undefined) continue;
    await streams.change(state.name, (current) => {
      const target = current === undefined ? undefined : targetFor(current, load);
      if (current === undefined || target === undefined) return undefined;
      return updating(current, nextRound(current, target), registry.door, clock.now(), target);
    });
    carryOn.wake();
  }
}

/** How many shards the stream should have; undefined if it has enough, or has no say in it. */
export function targetFor(state: StreamState, { bytesPerSecond, recordsPerSecond }: Load): number | undefined {
  if (state.mode !== 'ON_DEMAND' || state.status !== 'ACTIVE') return undefined;
  const count = openShards(state).length;
  const share = Math.max(bytesPerSecond / WRITE_BYTES_PER_S, recordsPerSecond / WRITE_RECORDS_PER_S) / count;
  const target = Math.min(2 * count, SHARDS_MAX);
  return share > SHARE_MAX && target > count ? target : undefined;
}
