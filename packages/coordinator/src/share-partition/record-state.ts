/** Where the delivery of a record stands (KIP-932). */
export type RecordState = 'available' | 'acquired' | 'acknowledged' | 'archived';

/** As the wire and the share coordinator's log write it. What is acquired is never written: it is kept as available. */
const STATE_IDS = { available: 0, acknowledged: 2, archived: 4 } as const;

export function stateId(state: Exclude<RecordState, 'acquired'>): number {
  return STATE_IDS[state];
}

/** What was read from the share coordinator; nobody holds a lock any more, so whatever is not done is available. */
export function stateOfId(id: number): RecordState {
  if (id === STATE_IDS.acknowledged) return 'acknowledged';
  return id === STATE_IDS.archived ? 'archived' : 'available';
}

/** Such records are never delivered again. */
export function isTerminal(state: RecordState): boolean {
  return state === 'acknowledged' || state === 'archived';
}
