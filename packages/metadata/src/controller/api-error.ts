import type { ApiError } from './decision.ts';

/** Messages quote what was sent; a string on the wire ends at 32,767 bytes, and nobody reads that far. */
export const ERROR_MESSAGE_LENGTH_MAX = 2_000;

export function apiError(errorCode: number, errorMessage: string | null = null): ApiError {
  return { errorCode, errorMessage: errorMessage === null ? null : shorten(errorMessage) };
}

function shorten(message: string): string {
  return message.length <= ERROR_MESSAGE_LENGTH_MAX ? message : `${message.slice(0, ERROR_MESSAGE_LENGTH_MAX - 1)}…`;
}
