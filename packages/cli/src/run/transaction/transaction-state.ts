import type { Look } from '../../output/style.ts';

/** What a state means to whoever waits for the transaction. */
export function describeState(state: string): string {
  switch (state) {
    case 'Empty':
      return 'Empty: no transaction so far';
    case 'Ongoing':
      return 'Ongoing: readers of committed records wait for it';
    case 'PrepareCommit':
      return 'PrepareCommit: decided, partitions are being told';
    case 'PrepareAbort':
      return 'PrepareAbort: decided, partitions are being told';
    case 'CompleteCommit':
      return 'CompleteCommit: the last one was committed';
    case 'CompleteAbort':
      return 'CompleteAbort: the last one was aborted';
    default:
      return state;
  }
}

export function stateLook(state: string): Look | undefined {
  return state === 'Ongoing' || state.startsWith('Prepare') ? 'yellow' : undefined;
}
