import { NOTICE } from './emit-message.ts';

export interface RawError {
  readonly code: number;
  readonly name: string;
  readonly retriable: boolean;
}

export function emitErrors(errors: readonly RawError[]): string {
  return [
    NOTICE,
    '',
    "import type { ErrorSpec } from '../error-spec.ts';",
    '',
    "/** The wire's error codes, by Kafka's names. */",
    'export const ErrorCode = {',
    ...errors.map(({ code, name }) => `  ${name}: ${code},`),
    '} as const;',
    '',
    'export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];',
    '',
    'export const ERRORS: ReadonlyMap<number, ErrorSpec> = new Map<number, ErrorSpec>([',
    ...errors.map(
      ({ code, name, retriable }) => `  [${code}, { code: ${code}, name: '${name}', retriable: ${retriable} }],`,
    ),
    ']);',
    '',
  ].join('\n');
}
