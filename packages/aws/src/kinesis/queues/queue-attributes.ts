import { invalidArgument } from '../errors.ts';
import type { QueueAttributes } from '../generated/types.ts';
import { type QueueState, RECEIVE_COUNT_MAX_DEFAULT, VISIBILITY_SECONDS_DEFAULT } from './queue-state.ts';

type Attributes = Pick<QueueState, 'visibilitySeconds' | 'receiveCountMax'>;

export const DEFAULT_ATTRIBUTES: Attributes = {
  visibilitySeconds: VISIBILITY_SECONDS_DEFAULT,
  receiveCountMax: RECEIVE_COUNT_MAX_DEFAULT,
};

/** What is not said stays as it is. */
export function withAttributes(current: Attributes, asked: QueueAttributes | undefined): Attributes {
  const { VisibilityTimeoutSeconds: visibilitySeconds = current.visibilitySeconds, DeadLetterConfiguration: dead } =
    asked ?? {};
  if (dead === undefined) return { ...current, visibilitySeconds };
  if (dead.TargetType === 'NONE') return { visibilitySeconds, receiveCountMax: null };
  if (dead.MaxReceiveCount === undefined) {
    throw invalidArgument('MaxReceiveCount must be provided when TargetType is BUILT_IN.');
  }
  return { visibilitySeconds, receiveCountMax: dead.MaxReceiveCount };
}
