import type { History, HistoryEvent, PartitionKey, ReadBack } from './history.ts';

/** Takes down what clients see, as it happens. */
export interface Recorder {
  /** The length of the history: what is recorded later happened later. */
  readonly length: number;
  record(event: HistoryEvent): void;
  finish(readBack: ReadonlyMap<PartitionKey, ReadBack>): History;
}

export function createRecorder(): Recorder {
  const events: HistoryEvent[] = [];
  return {
    get length() {
      return events.length;
    },
    record: (event) => void events.push(event),
    finish: (readBack) => ({ events, readBack }),
  };
}
