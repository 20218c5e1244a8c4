import type { ApiError } from './decision.ts';

export function apiError(errorCode: number, errorMessage: string | null = null): ApiError {
  return { errorCode, errorMessage };
}
