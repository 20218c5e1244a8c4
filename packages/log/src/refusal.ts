import type { AppendResult } from './partition-log.ts';

export type Refusal = Extract<AppendResult, { kind: 'refused' }>;
export type RecordError = Refusal['recordErrors'][number];

export function refuse(errorCode: number, message: string, recordErrors: readonly RecordError[] = []): Refusal {
  return { kind: 'refused', errorCode, message, recordErrors };
}
