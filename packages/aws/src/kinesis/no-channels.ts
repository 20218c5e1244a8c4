import type { AwsError } from '../front/aws-error.ts';
import { invalidArgument, resourceNotFound } from './errors.ts';

/** Channels deliver to S3, which this door has none of: nobody can make one, so there is none. */
export function channelNotFound(arn: string): AwsError {
  return resourceNotFound(`Channel ${arn} not found.`);
}

export function noChannels(): AwsError {
  return invalidArgument('Channels cannot be created here: they deliver to S3, which this door does not have.');
}
