import { invalidArgument } from './errors.ts';
import { RETENTION_HOURS_MAX, RETENTION_HOURS_MIN } from './registry/stream-state.ts';

export function requireRetention(hours: number): number {
  if (hours < RETENTION_HOURS_MIN) {
    throw invalidArgument(
      `Minimum allowed retention period is ${RETENTION_HOURS_MIN} hours. ` +
        `Requested retention period (${hours} hours) is too short.`,
    );
  }
  if (hours > RETENTION_HOURS_MAX) {
    throw invalidArgument(
      `Maximum allowed retention period is ${RETENTION_HOURS_MAX} hours. ` +
        `Requested retention period (${hours} hours) is too long.`,
    );
  }
  return hours;
}
