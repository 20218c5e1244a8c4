import { AwsError } from '../aws-error.ts';

/** Kinesis and the other JSON services answer all of these with 400. */
const STATUS = 400;

export const missingToken = () =>
  new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token', { status: STATUS });

export const incompleteSignature = (message: string) =>
  new AwsError('IncompleteSignatureException', message, { status: STATUS });

export const invalidSignature = (message: string) =>
  new AwsError('InvalidSignatureException', message, { status: STATUS });

/** For a key that nobody knows, and for a session token that does not belong to it. */
export const unrecognizedClient = () =>
  new AwsError('UnrecognizedClientException', 'The security token included in the request is invalid.', {
    status: STATUS,
  });
