import { AwsError } from '../aws-error.ts';

/** A body that is not in the form that its shape asks for. */
export function serializationError(message?: string): AwsError {
  return new AwsError('SerializationException', message ?? '', { status: 400 });
}
