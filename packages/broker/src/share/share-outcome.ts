import { ErrorCode } from '@sluice/protocol/generated/errors';

/** How it went, as members are told. */
export interface ShareOutcome {
  readonly errorCode: number;
  readonly message: string | null;
}

export const WRITTEN: ShareOutcome = { errorCode: ErrorCode.NONE, message: null };

const UNAVAILABLE: ReadonlySet<number> = new Set([
  ErrorCode.NOT_COORDINATOR,
  ErrorCode.COORDINATOR_NOT_AVAILABLE,
  ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
]);
const FENCED: ReadonlySet<number> = new Set([ErrorCode.FENCED_LEADER_EPOCH, ErrorCode.FENCED_STATE_EPOCH]);
const AS_THEY_ARE: ReadonlySet<number> = new Set([ErrorCode.GROUP_ID_NOT_FOUND, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION]);

/** What members are told of an error of the share coordinator. */
export function shareErrorOf({ errorCode, message }: ShareOutcome): ShareOutcome {
  if (UNAVAILABLE.has(errorCode)) return { errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE, message };
  if (FENCED.has(errorCode)) return { errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER, message };
  return AS_THEY_ARE.has(errorCode) ? { errorCode, message } : { errorCode: ErrorCode.UNKNOWN_SERVER_ERROR, message };
}

/** The state in memory is worthless: another leader or initialisation has come, or the share coordinator forgot it. */
export function isFenced(errorCode: number): boolean {
  return FENCED.has(errorCode) || AS_THEY_ARE.has(errorCode) || errorCode === ErrorCode.INVALID_REQUEST;
}
