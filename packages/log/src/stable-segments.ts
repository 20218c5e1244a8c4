import type { LogState } from './log-state.ts';

/** How often something is read again because the log was cut or compacted under it. */
const RESTARTS_MAX = 32;

/**
 * Runs what reads several segments one after the other so that it sees them of one moment: again, if the log was cut or
 * compacted meanwhile.
 */
export async function withStableSegments<T>(state: LogState, action: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    await state.swapping;
    const { truncations } = state;
    try {
      const result = await action();
      if (truncations === state.truncations || attempt === RESTARTS_MAX) return result;
    } catch (error) {
      if (truncations === state.truncations || attempt === RESTARTS_MAX) throw error;
    }
  }
}
