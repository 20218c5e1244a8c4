/** Why a request is not granted. Nothing of what was decided on the way happens. */
export interface Refusal {
  readonly kind: 'refused';
  readonly errorCode: number;
  readonly message: string;
}

export function refuse(errorCode: number, message: string): Refusal {
  return { kind: 'refused', errorCode, message };
}

export function isRefusal<T extends object>(result: T | Refusal): result is Refusal {
  return 'kind' in result && result.kind === 'refused';
}
